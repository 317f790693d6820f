import { topIndexes } from '../linalg/top-indexes.js';

/** The best k for concepts on the hub: few probes show a concept. */
export const TEXT_TOP_K = 2;
/** The best k for logits on the hub. */
export const LOGIT_TOP_K = 100;

/** The k probes where q is largest, S_k(q) in arXiv 2502.09619. Ties are ordered by index. */
export function topProbes(query: Float32Array, k: number): Uint32Array {
  return Uint32Array.from(topIndexes(query, k));
}

/**
 * The asymmetric discrepancy of arXiv 2502.09619: `d_k(q, x) = sqrt(mean over S_k(q) of (q_i − x_i)²)`, ≥ 0.
 *
 * In a completed descriptor, a squared difference is divided by 1 + v, where v = 1 − certainty is the probe's posterior
 * variance. Estimates lie near the mean and would otherwise look like differences. Using certain probes only would be at
 * chance level when few of the k are certain (docs/collaborative-measured.md).
 *
 * @param top `topProbes(query, k)`
 * @param certainty P, 0..1, of a completed descriptor; null when all probes were run
 */
export function asymmetricDiscrepancy(
  query: Float32Array,
  descriptor: Float32Array,
  top: Uint32Array,
  certainty: Float32Array | null = null,
): number {
  let sum = 0;
  for (let index = 0; index < top.length; index++) {
    const probe = top[index];
    const difference = query[probe] - descriptor[probe];
    sum += (difference * difference) / (certainty === null ? 1 : 2 - certainty[probe]);
  }
  return Math.sqrt(sum / top.length);
}
