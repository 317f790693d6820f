import { isLoopback } from '../../../config/index.js';
import { type Check, failed, ok, warning } from '../check.js';

/** A server that other machines can reach requires a key or token, or says what anonymous callers may do. */
export const keys: Check = {
  name: 'access',
  async run(machine) {
    const host = machine.setting('host');
    const anonymous = machine.setting('allowAnonymous');
    const changes = anonymous?.filter((scope) => scope !== 'READ') ?? [];
    if (isLoopback(host)) return ok(`only this machine can reach ${host}`);
    if (changes.length > 0)
      return warning(
        `anyone who can reach ${host} may ${changes.join(' and ').toLowerCase()} without a key`,
        'set PROBELOG_ALLOW_ANONYMOUS to read or none',
      );
    if (anonymous && anonymous.length > 0) return ok('anyone may read; everything else requires a key');
    if (machine.setting('oidcIssuer') !== undefined) return ok('tokens of an OIDC issuer are accepted');
    if (anonymous) return ok('a key is required');
    const store = await machine.store();
    if (await store.apiKeys.any()) return ok('a key is required');
    return failed(
      `other machines can reach ${host}, but there is no key; the server does not start like this`,
      'probelog keys create first --scope admin',
    );
  },
};
