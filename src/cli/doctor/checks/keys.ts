import { isLoopback } from '../../../config/index.js';
import { type Check, failed, ok, warning } from '../check.js';

/** A server that others can reach knows whom it lets in. */
export const keys: Check = {
  name: 'access',
  async run(machine) {
    const host = machine.setting('host');
    const anonymous = machine.setting('allowAnonymous');
    const changes = anonymous?.filter((scope) => scope !== 'READ') ?? [];
    if (isLoopback(host)) return ok(`only this machine can reach ${host}`);
    if (changes.length > 0)
      return warning(
        `everybody who can reach ${host} may ${changes.join(' and ').toLowerCase()}, without a key`,
        'set PROBELOG_ALLOW_ANONYMOUS to read or none',
      );
    if (anonymous && anonymous.length > 0) return ok('everybody may read, and nothing else without a key');
    if (machine.setting('oidcIssuer') !== undefined) return ok('tokens of an issuer are taken');
    if (anonymous) return ok('nobody is let in without a key');
    const store = await machine.store();
    if (await store.apiKeys.any()) return ok('nobody is let in without a key');
    return failed(
      `others can reach ${host}, and there is no key to tell them by; the server does not start so`,
      'probelog keys create first --scope admin',
    );
  },
};
