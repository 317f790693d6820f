import { dot } from '../linalg/inner-product.js';

/**
 * `⟨e, x⟩ · scale`: the form that every score has, so that one index and one scan serve them all.
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
