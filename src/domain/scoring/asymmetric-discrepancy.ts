/** The paper's k that did best for texts on the hub: few probes show a concept. */
export const TEXT_TOP_K = 2;
/** The paper's k that did best for logits on the hub. */
export const LOGIT_TOP_K = 100;

/** The k probes where q is largest, `S_k(q)` of design 3.3; of equals the one with the lower index. */
export function topProbes(query: Float32Array, k: number): Uint32Array {
  const order = Uint32Array.from(query, (_, index) => index);
  order.sort((a, b) => query[b] - query[a] || a - b);
  return order.slice(0, Math.min(k, query.length));
}

/**
 * The paper's discrepancy `d_k(q, x) = sqrt(mean over S_k(q) of (q_i − x_i)²)`, design 3.3; ≥ 0, not symmetric.
 *
 * In a completed descriptor a squared difference is divided by 1 + v, v = 1 − certainty being the variance of what is
 * not known of that probe: what was not run is expected near the mean, and would else look like a difference. Means over
 * the certain probes alone would be at chance where few of k are certain (docs/collaborative-measured.md).
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
