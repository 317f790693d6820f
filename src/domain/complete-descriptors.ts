import { ConditionedPrior, likeliestOf } from './conditioned-prior.js';
import { type Descriptors, descriptors } from './descriptors.js';
import { dot } from './linear-score.js';
import { type Matrix, rowOf } from './matrix.js';
import { columnsOf } from './matrix-columns.js';
import type { ResponsePrior } from './response-prior.js';

/** Descriptors of a model of which only some probes were run. */
export interface CompletedDescriptors extends Descriptors {
  /** P: 1 where a probe was run, else the share of its variance that the completion explains, 0..1. */
  certainty: Float32Array;
  /** C: expected squared error per probe of each descriptor, whose values have variance 1. */
  errors: Float32Array;
}

/**
 * Outputs do not quite follow a normal distribution: true squared errors are larger than the ridge posterior's by this
 * factor (hub, even models completed from a third of the probes; docs/collaborative-measured.md).
 */
export const HEAVY_TAILS = 1.07;

/** A model's likeliest family is judged by so many of its outputs: they agree. */
const OUTPUTS_FOR_FAMILY = 128;

/**
 * Completes a partly probed model: what was run becomes descriptors as in a fully probed model, and the rest is what
 * the prior expects beside it.
 *
 * The responses run are not a fair sample of all, so their mean and spread are not those of the whole descriptor. Its
 * mean is found by generalised least squares under the prior, in which descriptors have mean 0, and its scale so that
 * the completed descriptor, with what is still unknown of it, has variance 1.
 *
 * @param responses C × P raw responses; a probe that was not run is NaN for every output
 * @param prior null when nothing is known: what was not run is then 0, the mean
 */
export function completeDescriptors(responses: Matrix, prior: ResponsePrior | null): CompletedDescriptors {
  const observed = observedProbes(responses);
  const run = columnsOf(responses, observed);
  const partial = descriptors(run);
  const rows = { ...responses, data: new Float32Array(responses.data.length) };
  const certainty = new Float32Array(responses.columns);
  const errors = new Float32Array(responses.rows);
  for (const probe of observed) certainty[probe] = 1;
  if (observed.length === responses.columns) {
    rows.data.set(partial.rows.data);
    return { rows, degenerate: partial.degenerate, certainty, errors };
  }
  if (prior === null) {
    for (let row = 0; row < rows.rows; row++) {
      for (const [place, probe] of observed.entries())
        rowOf(rows, row)[probe] = rowOf(partial.rows, row)[place];
    }
    errors.fill(1 - observed.length / responses.columns);
    return { rows, degenerate: partial.degenerate, certainty, errors };
  }
  const conditioned = likeliestOf(
    prior.families.map((family) => new ConditionedPrior(family, observed)),
    someRows(partial, OUTPUTS_FOR_FAMILY),
  );
  const { family } = conditioned;
  const variances = conditioned.variances();
  let unknown = 0;
  for (let probe = 0; probe < variances.length; probe++) {
    const direction = rowOf(family.factor, probe);
    const before = family.noise[probe] + dot(direction, direction);
    certainty[probe] = Math.max(0, 1 - variances[probe] / before);
    unknown += variances[probe] / variances.length;
  }
  const ones = conditioned.precisionTimes(new Float32Array(observed.length).fill(1));
  const total = ones.reduce((sum, value) => sum + value, 0);
  const meanOf = (values: Float32Array) => dot(ones, values) / total;
  for (let row = 0; row < rows.rows; row++) {
    if (partial.degenerate[row] === 1) continue;
    const { descriptor, error } = completeOne(conditioned, rowOf(partial.rows, row), meanOf, unknown);
    rowOf(rows, row).set(descriptor);
    errors[row] = error;
  }
  return { rows, degenerate: partial.degenerate, certainty, errors };
}

/** Indices of the probes that were run, ascending. */
export function observedProbes({ rows, columns, data }: Matrix): Uint32Array {
  return Uint32Array.from({ length: columns }, (_, probe) => probe).filter((probe) => {
    for (let row = 0; row < rows; row++) if (!Number.isNaN(data[row * columns + probe])) return true;
    return false;
  });
}

/**
 * @param meanOf the mean of a whole descriptor, by generalised least squares from the responses that were run
 * @param unknown mean variance that is left over all probes
 */
function completeOne(
  conditioned: ConditionedPrior,
  values: Float32Array,
  meanOf: (values: Float32Array) => number,
  unknown: number,
): { descriptor: Float32Array; error: number } {
  const shift = meanOf(values);
  const shifted = values.map((value) => value - shift);
  const { completed, surprise } = conditioned.expect(shifted);
  let sum = 0;
  let squares = 0;
  for (const value of completed) {
    sum += value / completed.length;
    squares += (value * value) / completed.length;
  }
  const left = surprise * unknown;
  const scale = 1 / Math.sqrt(Math.max(squares - sum * sum + left, 1e-6));
  return {
    descriptor: completed.map((value) => (value - sum) * scale),
    error: Math.min(1, HEAVY_TAILS * left * scale * scale),
  };
}

/** At most so many rows with a descriptor, spread evenly. */
export function someRows({ rows, degenerate }: Descriptors, most: number): Matrix {
  const whole = [...degenerate.keys()].filter((row) => degenerate[row] === 0);
  const step = Math.max(1, whole.length / most);
  const count = Math.min(most, whole.length);
  const data = new Float32Array(count * rows.columns);
  for (let place = 0; place < count; place++)
    data.set(rowOf(rows, whole[Math.floor(place * step)]), place * rows.columns);
  return { rows: count, columns: rows.columns, data };
}
