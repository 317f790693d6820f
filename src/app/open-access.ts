import { Access, openTokens } from '../access/index.js';
import { type Config, isLoopback } from '../config/index.js';
import type { Store } from '../store/index.js';

/** Access control by keys, tokens and anonymous access, from the settings. */
export function openAccess(config: Config, store: Pick<Store, 'apiKeys'>): Access {
  const { oidcIssuer: issuer } = config;
  return new Access({
    keys: store.apiKeys,
    anonymous: config.allowAnonymous,
    loopback: isLoopback(config.host),
    tokens:
      issuer === undefined
        ? null
        : openTokens({
            issuer,
            audience: config.oidcAudience,
            jwksUrl: config.oidcJwksUrl,
            scopeClaim: config.oidcScopeClaim,
            scopeValues: config.oidcScopeValues,
            labelsClaim: config.oidcLabelsClaim,
            clockToleranceSeconds: config.oidcClockToleranceSeconds,
          }),
  });
}
