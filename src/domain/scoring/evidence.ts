import { dot } from '../linalg/inner-product.js';

/** One probe's contribution to a score. */
export interface Contribution {
  /** 0..P−1 */
  probe: number;
  /** w·x/P; the sum over all probes is the correlation of weights and descriptor. */
  contribution: number;
}

/**
 * The probes that made a descriptor match, largest contribution first.
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

/**
 * `⟨e, x⟩ · scale`, the form of every score, so that one index and one scan serve all of them.
 *
 * @param weights e, P
 * @param descriptor x, P
 * @param scale 1/P for a concept, 1/`whitenedNorm(x)` for a logit
 */
export function linearScore(
  weights: Float32Array,
  descriptor: Float32Array,
  scale = 1 / descriptor.length,
): number {
  return dot(weights, descriptor) * scale;
}
