import { createRemoteJWKSet, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { z } from 'zod';
import { ProbelogError } from '../errors/index.js';
import { type AccessScope, VISIBILITY_LABEL } from '../store/index.js';
import type { Principal } from './principal.js';

/**
 * Signatures that a published key can check. HMAC is not among them: a server that took it could be shown a token
 * "signed" with the public key, which everybody has (RFC 8725, section 2.1).
 */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const ANSWER_WITHIN_MS = 5_000;
/** New keys of the issuer are looked for at once when a token names one, but not more often. */
const COOLDOWN_MS = 10_000;
const KEPT_MS = 10 * 60_000;

/** Whose tokens are taken, and what they mean here. */
export interface OidcOptions {
  issuer: string;
  /** One of these must be the token's audience. */
  audience: readonly string[];
  /** Where the issuer's keys are; found by discovery when absent. */
  jwksUrl: string | undefined;
  /** Claim with scopes: a list, or a text with blanks between. */
  scopeClaim: string;
  /** Which of its values mean which scope. */
  scopeValues: Readonly<Record<string, AccessScope>>;
  /** Claim with labels of private models; none when absent. */
  labelsClaim: string | undefined;
  clockToleranceSeconds: number;
}

/** Checks the bearer tokens of one issuer. */
export interface Tokens {
  /** @throws ProbelogError UNAUTHENTICATED; SOURCE_UNREACHABLE when the issuer's keys cannot be read */
  principalOf(token: string): Promise<Principal>;
}

const discovered = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Nothing is read before the first token comes: an issuer that is down does not keep this server from starting. */
export function openTokens(options: OidcOptions): Tokens {
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const remoteKeys = async () => {
    const url = options.jwksUrl ?? (await discover(options.issuer));
    return createRemoteJWKSet(new URL(url), {
      timeoutDuration: ANSWER_WITHIN_MS,
      cooldownDuration: COOLDOWN_MS,
      cacheMaxAge: KEPT_MS,
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
    // Those are about the issuer's answer, and not about the token.
    if (thrown instanceof errors.JWKSTimeout || thrown instanceof errors.JWKSInvalid)
      throw unreachable(thrown);
    if (!(thrown instanceof errors.JOSEError) || thrown.code === 'ERR_JOSE_GENERIC')
      throw unreachable(thrown);
    throw new ProbelogError('UNAUTHENTICATED', 'The token is not valid here, or not any more.');
  }
}

/** OpenID Connect Discovery 1.0, section 4. */
async function discover(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/openid-configuration`;
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS), redirect: 'error' });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const found = discovered.parse(await answer.json());
  if (found.issuer !== issuer) throw new Error(`${url} is of another issuer, ${found.issuer}`);
  return found.jwks_uri;
}

function unreachable(cause: unknown): ProbelogError {
  const message = "The keys of the tokens' issuer cannot be read now, so no token can be checked.";
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

/** A list, or a text with blanks between (RFC 8693, section 4.2). */
function valuesOf(claim: unknown): string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((value) => value !== '');
  return Array.isArray(claim) ? claim.filter((value) => typeof value === 'string') : [];
}
