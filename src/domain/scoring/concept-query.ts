import { sharpen } from '../descriptors/sharpen.js';
import { zscore } from '../descriptors/zscore.js';

export const CONTRAST_SHARPNESS = 1;
export const REGRESSION_SHARPNESS = 0.7;

/**
 * Weights of the probes for a concept: what stands out from the background, and what regression gives, both sharpened
 * and added. Each errs elsewhere; their sum is better than either (docs/accuracy.md).
 *
 * @param contrast P, see `conceptContrast`
 * @param regression P, the regression matrix times the text's embedding
 * @returns P weights of mean 0 and deviation 1, or null when the concept tells no probe from another
 */
export function conceptQuery(contrast: Float32Array, regression: Float32Array): Float32Array | null {
  const first = sharpen(contrast, CONTRAST_SHARPNESS);
  const second = sharpen(regression, REGRESSION_SHARPNESS);
  if (!first || !second) return first ?? second;
  return zscore(first.map((value, probe) => value + second[probe]));
}
