import { zscore } from './zscore.js';

/**
 * `zscore(exp(t · zscore(v)))`: soft weights over all probes instead of the top k of arXiv 2502.09619 (docs/architecture.md,
 * formula 2). Standardizing first removes scale and offset. The exponential stretches high values and compresses low ones,
 * since a recognition tells more than a rejection.
 *
 * @param sharpness t > 0; with 0.3 all values count, with 1 mostly the highest
 * @returns null when the values are constant or not finite
 */
export function sharpen(values: Float32Array, sharpness: number): Float32Array | null {
  const standardized = zscore(values);
  return standardized && zscore(standardized.map((value) => Math.exp(sharpness * value)));
}
