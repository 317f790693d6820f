import { ANONYMOUS, type Principal } from '../../access/index.js';

/** A request to authenticate. */
export interface AuthenticationRequest {
  /** Whether it has a key that this process has not seen before. */
  isNewKey: boolean;
  /** @throws ProbelogError UNAUTHENTICATED, FORBIDDEN */
  principalOf(): Promise<Principal>;
  /** @throws ProbelogError RATE_LIMITED */
  count(principal: Principal): Promise<void>;
}

/** The result. */
export interface Authentication {
  /** Anonymous when the credentials are not valid. */
  principal: Principal;
  /** Why the credentials are not valid; null when they are. */
  refusal: unknown;
}

/**
 * Authenticates a request and counts it; one with invalid credentials counts as anonymous.
 *
 * Threat model: a client that guesses keys would cause a database lookup per guess, even when the reply is 429. So a key
 * that this process has not seen before first counts as anonymous, and is looked up only while the address has requests
 * left. Keys in use are not affected by other clients at their address.
 *
 * @throws ProbelogError RATE_LIMITED
 */
export async function authenticate({
  isNewKey,
  principalOf,
  count,
}: AuthenticationRequest): Promise<Authentication> {
  if (isNewKey) await count(ANONYMOUS);
  const recognized = await principalOf().then(
    (principal) => ({ principal, refusal: null }),
    (refusal: unknown) => ({ principal: ANONYMOUS, refusal }),
  );
  if (!isNewKey || recognized.refusal === null) await count(recognized.principal);
  return recognized;
}
