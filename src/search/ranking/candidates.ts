import type { SearchRequest } from '../search-query.js';

/** Beyond, a page is so deep that the exact scan is the honest answer. */
export const MAX_CANDIDATES = 3_000;
const CANDIDATES_PER_RESULT = 6;
/** The index ranks logits by the very score that orders them, but for the rounding to one byte. */
const MIN_FOR_LOGIT = 300;
/**
 * A concept's score also has a part that no basis holds, so the order within a cluster of much the same logits is
 * open until the exact score is known, and clusters grow with the gallery. Measured with `npm run bench:search`.
 */
const MIN_FOR_CONCEPT = 800;
const SHARE_FOR_CONCEPT = 0.01;

/**
 * How many candidates are asked of the index.
 *
 * @param limit best logits that are kept of them
 * @param logits of the gallery that are searched
 */
export function candidateCount(
  { query, first, after }: SearchRequest,
  limit: number,
  logits: number,
): number {
  const count = limit + ((after?.depth ?? 0) + first) * CANDIDATES_PER_RESULT;
  if (query.kind === 'LOGIT') return Math.max(MIN_FOR_LOGIT, count);
  const share = Math.min(Math.ceil(logits * SHARE_FOR_CONCEPT), MAX_CANDIDATES);
  return Math.max(MIN_FOR_CONCEPT, share, count);
}
