import { dot } from '../linalg/inner-product.js';
import type { ConditionedPrior } from './conditioned-prior.js';

/**
 * The mean of a whole row, from the responses that were run, by generalized least squares under the prior, in which rows
 * have mean 0. What was run is no fair sample of all, so the mean of it is another.
 *
 * @param count how many probes were run
 */
export function glsMeanEstimator(
  conditioned: ConditionedPrior,
  count: number,
): (values: Float32Array) => number {
  const ones = conditioned.precisionTimes(new Float32Array(count).fill(1));
  const total = ones.reduce((sum, value) => sum + value, 0);
  return (values) => dot(ones, values) / total;
}
