import {
  type Descriptors,
  descriptors,
  RESPONSE_SHARPNESS,
  standardizedResponses,
} from '../descriptors/descriptors.js';
import type { Responses } from '../descriptors/fix-gauge.js';
import { dot } from '../linalg/inner-product.js';
import { columnsOf, type Matrix, rowOf } from '../linalg/matrix.js';
import { skewness } from '../scoring/expected-accuracy.js';
import { ConditionedPrior, glsMeanEstimator, mostLikelyFamily } from './conditioned-prior.js';
import { type Resemblance, resemblances } from './resemblance.js';
import type { PriorFamily, ResponsePrior } from './response-prior.js';

/** Descriptors of a partly probed model. */
export interface CompletedDescriptors extends Descriptors {
  /** P: 1 for a probe that was run, else the share of its variance that the completion explains, 0..1. */
  certainty: Float32Array;
  /** C: expected squared error per probe of each descriptor; descriptors have variance 1. */
  errors: Float32Array;
  /**
   * C: skewness of each descriptor as it would be without exemplars; 0 for a degenerate output. Expected accuracy is read from
   * it, and what a logit has from others says nothing about its own accuracy.
   */
  skewnesses: Float32Array;
}

/** Outputs and probes that determine a model's family; more do not change the choice. */
const OUTPUTS_FOR_FAMILY = 128;
const PROBES_FOR_FAMILY = 120;
const MIN_VARIANCE = 1e-6;

/**
 * Completes the descriptors of a partly probed model: estimates the responses to probes that were not run from the prior
 * and the observed responses, then sharpens whole rows as for a fully probed model.
 *
 * Completion comes before sharpening, while rows are linear in the responses. Chosen probes are not a random sample, so
 * their mean and deviation differ from those of the whole row. The mean is estimated by generalized least squares under
 * the prior, whose rows have mean 0 and deviation 1, and the scale by maximum likelihood. The variance that the completed
 * row lacks is its uncertainty. Both matter because sharpening is not linear (docs/collaborative-probing.md).
 *
 * @param responses C × P raw responses; NaN in every output for a probe that was not run
 * @param prior null: probes that were not run count as 0, the mean
 */
export function completeDescriptors(responses: Responses, prior: ResponsePrior | null): CompletedDescriptors {
  const observed = observedProbes(responses);
  const run = columnsOf(responses, observed);
  const { rows: outputs, columns } = responses;
  const rows = { rows: outputs, columns, data: new Float32Array(responses.data.length) };
  const certainty = new Float32Array(responses.columns);
  const errors = new Float32Array(responses.rows);
  const skewnesses = new Float32Array(responses.rows);
  for (const probe of observed) certainty[probe] = 1;
  if (prior === null || observed.length === responses.columns) {
    const partial = descriptors(run);
    for (let row = 0; row < rows.rows; row++) {
      for (const [place, probe] of observed.entries())
        rowOf(rows, row)[probe] = rowOf(partial.rows, row)[place];
      skewnesses[row] = skewness(rowOf(rows, row));
    }
    errors.fill(1 - observed.length / responses.columns);
    return { rows, degenerate: partial.degenerate, certainty, errors, skewnesses };
  }
  const partial = standardizedResponses(run);
  const family = likeliestFamily(prior.families, observed, sampleRows(partial, OUTPUTS_FOR_FAMILY));
  const conditioned = new ConditionedPrior(family, observed);
  const variances = conditioned.variances();
  let meanVariance = 0;
  for (let probe = 0; probe < variances.length; probe++) {
    const direction = rowOf(family.factor, probe);
    const before = family.noise[probe] + dot(direction, direction);
    certainty[probe] = Math.max(0, 1 - variances[probe] / before);
    meanVariance += variances[probe] / variances.length;
  }
  const meanOf = glsMeanEstimator(conditioned, observed.length);
  const alike = resemblances(prior.exemplars, conditioned, observed, partial.rows);
  for (let row = 0; row < rows.rows; row++) {
    if (partial.degenerate[row] === 1) continue;
    const { completed, alone } = estimateRow(
      conditioned,
      observed,
      rowOf(partial.rows, row),
      meanOf,
      alike?.[row],
    );
    const { descriptor, error } = sharpenEstimate(completed, variances, meanVariance);
    rowOf(rows, row).set(descriptor);
    errors[row] = error;
    const own = completed === alone ? descriptor : sharpenEstimate(alone, variances, meanVariance).descriptor;
    skewnesses[row] = skewness(own);
  }
  return { rows, degenerate: partial.degenerate, certainty, errors, skewnesses };
}

/** @param values responses of some outputs to the observed probes */
function likeliestFamily(
  families: readonly PriorFamily[],
  observed: Uint32Array,
  values: Matrix,
): PriorFamily {
  const step = Math.max(1, observed.length / PROBES_FOR_FAMILY);
  const places = Uint32Array.from({ length: Math.floor(observed.length / step) }, (_, n) =>
    Math.floor(n * step),
  );
  const probes = places.map((place) => observed[place]);
  return mostLikelyFamily(families, probes, columnsOf(values, places));
}

/** Indices of the probes that were run, ascending. */
export function observedProbes({ rows, columns, data }: Matrix): Uint32Array {
  return Uint32Array.from({ length: columns }, (_, probe) => probe).filter((probe) => {
    for (let row = 0; row < rows; row++) if (!Number.isNaN(data[row * columns + probe])) return true;
    return false;
  });
}

/** A completed row before sharpening, and by how much the prior underestimates its variance. */
interface EstimatedRow {
  completed: Float32Array;
  surprise: number;
}

/**
 * Ridge regression, of what neighbors do not tell already.
 *
 * @param values n responses to the observed probes
 * @param meanOf the mean of a whole row, by generalized least squares from the responses that were run
 * @param alike what the row has from its neighbors; absent: there are none
 * @returns the row, and as it would be without neighbors
 */
function estimateRow(
  conditioned: ConditionedPrior,
  observed: Uint32Array,
  values: Float32Array,
  meanOf: (values: Float32Array) => number,
  alike: Resemblance | undefined,
): { completed: EstimatedRow; alone: EstimatedRow } {
  const regressed = (rest: Float32Array) => {
    const shift = meanOf(rest);
    return conditioned.estimate(rest.map((value) => value - shift));
  };
  const alone = regressed(values);
  if (!alike || alike.share === 0) return { completed: alone, alone };
  const { expected, errorRatio } = alike;
  const rest = regressed(values.map((value, place) => value - expected[observed[place]]));
  const completed: EstimatedRow = {
    completed: rest.completed.map((value, probe) => value + expected[probe]),
    // Not of the rest itself: neighbors were chosen to resemble these responses, so the rest is smaller here than elsewhere.
    surprise: alone.surprise * errorRatio,
  };
  return { completed, alone };
}

/**
 * @param variances P posterior variances, for rows of deviation 1
 * @param meanVariance their mean
 */
function sharpenEstimate(
  { completed, surprise }: EstimatedRow,
  variances: Float32Array,
  meanVariance: number,
): { descriptor: Float32Array; error: number } {
  const { mean, variance } = meanAndVariance(completed);
  const scale = 1 / Math.sqrt(Math.max(variance + surprise * meanVariance, MIN_VARIANCE));
  const sharpened = completed.map((value) => Math.exp(RESPONSE_SHARPNESS * scale * (value - mean)));
  const whole = meanAndVariance(sharpened);
  const steepness = (RESPONSE_SHARPNESS * scale) ** 2 / Math.max(whole.variance, MIN_VARIANCE);
  let error = 0;
  for (let probe = 0; probe < variances.length; probe++)
    error += (steepness * sharpened[probe] ** 2 * surprise * variances[probe]) / variances.length;
  const deviation = Math.sqrt(Math.max(whole.variance, MIN_VARIANCE));
  return {
    descriptor: sharpened.map((value) => (value - whole.mean) / deviation),
    error: Math.min(1, error),
  };
}

function meanAndVariance(values: Float32Array): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let place = 0; place < values.length; place++) {
    sum += values[place];
    squares += values[place] ** 2;
  }
  const mean = sum / values.length;
  return { mean, variance: squares / values.length - mean * mean };
}

/** At most `max` rows with a descriptor, evenly spaced. */
export function sampleRows({ rows, degenerate }: Descriptors, max: number): Matrix {
  const whole = [...degenerate.keys()].filter((row) => degenerate[row] === 0);
  const step = Math.max(1, whole.length / max);
  const count = Math.min(max, whole.length);
  const data = new Float32Array(count * rows.columns);
  for (let place = 0; place < count; place++)
    data.set(rowOf(rows, whole[Math.floor(place * step)]), place * rows.columns);
  return { rows: count, columns: rows.columns, data };
}
