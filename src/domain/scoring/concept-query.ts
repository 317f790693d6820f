import { sharpen } from '../descriptors/sharpen.js';
import { zscore } from '../descriptors/zscore.js';

export const CONTRAST_SHARPNESS = 1;
export const REGRESSION_SHARPNESS = 0.7;

/**
 * The weights of the probes for a concept (docs/architecture.md, formula 4): contrast and regression, both sharpened and
 * added. They err on different concepts, and their sum is better than either (docs/accuracy.md).
 *
 * @param contrast P, see `conceptContrast`
 * @param regression P, the regression matrix times the text's embedding
 * @returns P weights of mean 0 and deviation 1; null when the concept is equally near to all probes
 */
export function conceptQuery(contrast: Float32Array, regression: Float32Array): Float32Array | null {
  const first = sharpen(contrast, CONTRAST_SHARPNESS);
  const second = sharpen(regression, REGRESSION_SHARPNESS);
  if (!first || !second) return first ?? second;
  return zscore(first.map((value, probe) => value + second[probe]));
}
