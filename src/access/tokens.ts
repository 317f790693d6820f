import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { ProbelogError } from '../errors/index.js';
import { type AccessScope, VISIBILITY_LABEL } from '../store/index.js';
import type { Principal } from './principal.js';

/**
 * Signatures that a published key can verify. HMAC is not among them: a server that accepted it would accept a token "signed"
 * with the public key (RFC 8725, section 2.1).
 */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const TIMEOUT_MS = 5_000;
/** A token with an unknown key makes us fetch the issuer's keys again, but not more often. */
const COOLDOWN_MS = 10_000;
const CACHED_MS = 10 * 60_000;

/** The accepted tokens, and what their claims mean. */
export interface OidcOptions {
  issuer: string;
  /** A token must have one of these as its audience. */
  audience: readonly string[];
  /** URL of the issuer's keys; found by discovery when absent. */
  jwksUrl: string | undefined;
  /** Claim with scopes: a list, or words separated by spaces. */
  scopeClaim: string;
  /** Scopes by the values of that claim. */
  scopeValues: Readonly<Record<string, AccessScope>>;
  /** Claim with visibility labels; none when absent. */
  labelsClaim: string | undefined;
  clockToleranceSeconds: number;
}

/** Checks the bearer tokens of one issuer. */
export interface Tokens {
  /** @throws ProbelogError UNAUTHENTICATED; SOURCE_UNREACHABLE if the issuer's keys cannot be read */
  principalOf(token: string): Promise<Principal>;
}

const discovered = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Reads nothing before the first token: this server starts even while the issuer is down. */
export function openTokens(options: OidcOptions): Tokens {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const remoteKeys = async () => {
    const url = options.jwksUrl ?? (await discover(options.issuer));
    const { createRemoteJWKSet } = await jose();
    return createRemoteJWKSet(new URL(url), {
      timeoutDuration: TIMEOUT_MS,
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: CACHED_MS,
    });
  };
  return {
    async principalOf(token) {
      keys ??= remoteKeys();
      const getKey = await keys.catch((thrown) => {
        keys = undefined;
        throw unreachable(thrown);
      });
      const payload = await verify(token, getKey, options);
      return {
        kind: 'TOKEN',
        name: `oidc:${payload.sub}`,
        scopes: scopesOf(payload, options),
        labels: labelsOf(payload, options),
        registry: null,
        expiresAt: new Date((payload.exp ?? 0) * 1000),
      };
    },
  };
}

async function verify(
  token: string,
  getKey: JWTVerifyGetKey,
  { issuer, audience, clockToleranceSeconds }: OidcOptions,
): Promise<JWTPayload> {
  const { errors, jwtVerify } = await jose();
  try {
    const { payload } = await jwtVerify(token, getKey, {
      issuer,
      audience: [...audience],
      algorithms: ALGORITHMS,
      clockTolerance: clockToleranceSeconds,
      requiredClaims: ['sub', 'exp'],
    });
    return payload;
  } catch (thrown) {
    // These are errors of the issuer's reply, not of the token.
    if (thrown instanceof errors.JWKSTimeout || thrown instanceof errors.JWKSInvalid)
      throw unreachable(thrown);
    if (!(thrown instanceof errors.JOSEError) || thrown.code === 'ERR_JOSE_GENERIC')
      throw unreachable(thrown);
    throw new ProbelogError('UNAUTHENTICATED', 'The token is invalid or expired.');
  }
}

/** Only for servers with a token issuer. */
function jose() {
  return import('jose');
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
  if (!response.ok) throw new Error(`${url} replied with status ${response.status}`);
  const found = discovered.parse(await response.json());
  if (found.issuer !== issuer) throw new Error(`${url} belongs to another issuer, ${found.issuer}`);
  return found.jwks_uri;
}

function unreachable(cause: unknown): ProbelogError {
  const message = 'Cannot read the keys of the token issuer, so no token can be verified. Try again later.';
  return new ProbelogError('SOURCE_UNREACHABLE', message, {}, { cause });
}

function scopesOf(payload: JWTPayload, { scopeClaim, scopeValues }: OidcOptions): AccessScope[] {
  const scopes = new Set<AccessScope>();
  for (const value of valuesOf(payload[scopeClaim]))
    if (Object.hasOwn(scopeValues, value)) scopes.add(scopeValues[value]);
  return [...scopes];
}

function labelsOf(payload: JWTPayload, { labelsClaim }: OidcOptions): string[] {
  if (labelsClaim === undefined) return [];
  return valuesOf(payload[labelsClaim]).filter((label) => VISIBILITY_LABEL.test(label));
}

/** A list, or words separated by spaces (RFC 8693, section 4.2). */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((value) => value !== '');
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
}
