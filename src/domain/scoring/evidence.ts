/** One probe's part in a score. */
export interface Contribution {
  /** 0..P−1 */
  probe: number;
  /** w·x/P: the parts of all probes add up to the correlation of weights and descriptor. */
  contribution: number;
}

/**
 * The probes that made a descriptor match, largest part first.
 *
 * @param weights w, P
 * @param descriptor x, P
 */
export function evidence(weights: Float32Array, descriptor: Float32Array, first: number): Contribution[] {
  const parts = weights.map((weight, probe) => (weight * descriptor[probe]) / weights.length);
  return [...parts.keys()]
    .sort((a, b) => parts[b] - parts[a] || a - b)
    .slice(0, first)
    .map((probe) => ({ probe, contribution: parts[probe] }));
}
