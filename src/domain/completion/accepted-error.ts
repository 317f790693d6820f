import { ConditionedPrior } from './conditioned-prior.js';
import type { PriorFamily, ResponsePrior } from './response-prior.js';

/** Share of the probes at which a prior's expected error is measured. */
export const EXPECTED_ERROR_BUDGET = 1 / 3;
/** A model with at most this expected error is accepted, even in a gallery of very similar models. */
const NEGLIGIBLE_ERROR = 0.05;

/**
 * The expected squared error of a model like those of the gallery after its budget.
 *
 * It was measured at a third of the probes. For a smaller budget it is scaled by the ratio of the gallery's posterior
 * variances. For a larger budget it stays, since the error at a third is good enough.
 *
 * @param budget share of the probes, (0, 1]
 * @returns squared error per probe, of standardized responses
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
 * The largest expected error at which a model's completion is accepted after its budget. Above `factor` times the
 * gallery's error, the model is unlike those that the prior was fitted to, and its completion cannot be trusted.
 *
 * @param own see {@link expectedErrorAtBudget}
 */
export function maxAcceptedError(own: number, factor: number): number {
  return Math.max(NEGLIGIBLE_ERROR, own * factor);
}

/** Mean posterior variance per probe after the first `count` probes of the family's order, then of all others. */
function meanVarianceAfter(family: PriorFamily, count: number): number {
  const run = new Set([...family.order, ...family.noise.keys()]);
  const variances = new ConditionedPrior(family, [...run].slice(0, count)).variances();
  return variances.reduce((sum, value) => sum + value, 0) / variances.length;
}
