import { NOBODY, type Principal } from '../access/index.js';

/** What it takes to find out who somebody is. */
export interface Sending {
  /** @throws ProbelogError UNAUTHENTICATED, FORBIDDEN */
  principalOf(): Promise<Principal>;
  /** @throws ProbelogError RATE_LIMITED */
  count(principal: Principal): Promise<void>;
}

/** Who it turned out to be. */
export interface Recognised {
  /** Nobody, when the credentials are not good. */
  principal: Principal;
  /** Why they are not; null when they are. */
  refusal: unknown;
}

/**
 * Finds out who it is, and counts it; those whose credentials are not good count as nobody.
 *
 * @throws ProbelogError RATE_LIMITED
 */
export async function recognise({ principalOf, count }: Sending): Promise<Recognised> {
  const recognised = await principalOf().then(
    (principal) => ({ principal, refusal: null }),
    (refusal: unknown) => ({ principal: NOBODY, refusal }),
  );
  await count(recognised.principal);
  return recognised;
}
