/** Fewer logits do not earn a basis: the gallery is cold, and logits are compared by plain cosine. */
const FIRST_BUILD = 200;
/** Share of a snapshot's logits that may have come or gone before the next build. */
const CHANGED_SHARE = 0.25;

/**
 * When the basis (and with it the index) is fitted anew: first with 200 logits, then whenever logits that came or went
 * since make up a quarter of those of the last build.
 *
 * @param builtOn logits of the last build; null before the first
 * @param changed logits that came or went since
 */
export function needsRebuild(logits: number, builtOn: number | null, changed: number): boolean {
  if (builtOn === null) return logits >= FIRST_BUILD;
  return logits >= FIRST_BUILD && changed > builtOn * CHANGED_SHARE;
}
