import { timingSafeEqual } from 'node:crypto';

/**
 * Whether some bytes are one of those expected.
 *
 * Threat model: a comparison that ends at the first difference tells an attacker, by its time, how much of a guess was
 * right. So every candidate is compared whole, also after a match. Only a length may show, and for digests that is public.
 */
export function equalsAny(given: Buffer, expected: readonly Buffer[]): boolean {
  const matches = expected.filter(
    (candidate) => candidate.length === given.length && timingSafeEqual(candidate, given),
  );
  return matches.length > 0;
}
