import { ANONYMOUS, type Principal } from '../../access/index.js';

/** What it takes to find out who somebody is. */
export interface AuthenticationRequest {
  /** Whether it sends a key that was not seen before. */
  isNewKey: boolean;
  /** @throws ProbelogError UNAUTHENTICATED, FORBIDDEN */
  principalOf(): Promise<Principal>;
  /** @throws ProbelogError RATE_LIMITED */
  count(principal: Principal): Promise<void>;
}

/** Who it turned out to be. */
export interface Authentication {
  /** Nobody, when the credentials are not good. */
  principal: Principal;
  /** Why they are not; null when they are. */
  refusal: unknown;
}

/**
 * Finds out who it is, and counts it; those whose credentials are not good count as nobody.
 *
 * Threat model: whoever guesses keys would have each guess looked up in the database, also when the answer is 429 in the
 * end. So a key that was not seen before counts as nobody first, and is looked up only when the address has requests left;
 * keys that are in use are not kept out by what others do at their address.
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
