import { ConditionedPrior } from './conditioned-prior.js';
import type { PriorFamily, ResponsePrior } from './response-prior.js';

/** The share of the probes at which the error that a prior expects is measured. */
export const EXPECTED_ERROR_BUDGET = 1 / 3;
/** Whose expected error is no more is known well enough, whatever a gallery of much the same models has. */
const NEGLIGIBLE_ERROR = 0.05;

/**
 * The expected error that a model of the gallery's own kind has when its budget is spent.
 *
 * It was measured at a third of the probes. After fewer it is larger by as much as the whole gallery's own uncertainty is;
 * a larger budget is not held to less, since a third was good enough.
 *
 * @param budget share of the probes, (0, 1]
 */
export function expectedErrorAtBudget(
  { expectedError, probes, families: [whole] }: ResponsePrior,
  budget: number,
): number {
  if (budget >= EXPECTED_ERROR_BUDGET) return expectedError;
  const after = (share: number) => meanVarianceAfter(whole, Math.ceil(share * probes));
  return (expectedError * after(budget)) / after(EXPECTED_ERROR_BUDGET);
}

/**
 * The expected error with which a model may end when its budget is spent. One above `factor` times the gallery's is unlike
 * what the prior was learned from: its completion is not to be trusted, nor what it expects of its own error.
 *
 * @param own see `galleryError`
 */
export function maxAcceptedError(own: number, factor: number): number {
  return Math.max(NEGLIGIBLE_ERROR, own * factor);
}

/** Mean variance over all probes that is left when the first of a family's order were run, and then any. */
function meanVarianceAfter(family: PriorFamily, count: number): number {
  const run = new Set([...family.order, ...family.noise.keys()]);
  const variances = new ConditionedPrior(family, [...run].slice(0, count)).variances();
  return variances.reduce((sum, value) => sum + value, 0) / variances.length;
}
