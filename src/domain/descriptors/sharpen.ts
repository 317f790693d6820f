import { zscore } from './zscore.js';

/**
 * `zscore(exp(t · zscore(v)))`: soft weights over all probes in place of the paper's hard k (design 3.4). The values
 * are standardized first, so that no constant of their scale is left in them; what stands out grows, and what is
 * below the rest is drawn together, for a rejection tells less than a recognition.
 *
 * @param sharpness t > 0; 0.3 leaves the order of magnitude, 1 leaves the top to decide
 * @returns null when the values tell no probe from another
 */
export function sharpen(values: Float32Array, sharpness: number): Float32Array | null {
  const standardized = zscore(values);
  return standardized && zscore(standardized.map((value) => Math.exp(sharpness * value)));
}
