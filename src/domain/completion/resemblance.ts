import { dot } from '../linalg/inner-product.js';
import { type Matrix, rowOf } from '../linalg/matrix.js';
import { type ConditionedPrior, glsMeanEstimator } from './conditioned-prior.js';
import type { Exemplars } from './exemplars.js';
import { type Nearest, nearestExemplars, observedMoments } from './nearest-exemplars.js';

/** Exemplars that an output is compared with. */
export const NEIGHBORS = 20;
/** Weights of neighbors fall by a factor e for each of these steps of the cosine. */
const COSINE_STEP = 0.05;

/**
 * A neighbor's deviation over the observed probes counts as at least this share of that over all. Otherwise one that hardly responds to
 * them would give huge responses to the others.
 */
const MIN_OBSERVED_DEVIATION = 0.5;

/** What an output's neighbors among the exemplars tell of its responses, in the scale of its own. */
export interface Resemblance {
  /** P: the neighbors' mean, times the share that is taken of it. */
  expected: Float32Array;
  /** β, 0..1: the share of the neighbors' mean that predicts the output's own responses best. */
  share: number;
  /** The squared error of predicting its own responses with that share, divided by the error without neighbors; 0..1. */
  errorRatio: number;
}

/**
 * Compares a partly probed model's outputs with the exemplars of a prior.
 *
 * An output resembles those fully probed ones that recognize the same; what they have in common beyond the family's
 * directions is blurred by ridge regression. So β of the neighbors' mean is subtracted from the output's responses before
 * the regression, and added to its result. β minimizes the error of predicting each of the output's own responses from its
 * others (leave-one-out cross-validation), neighbors' weights included. So an output unlike all exemplars, such as one of a
 * new class, takes nothing from them.
 *
 * @param values C × n standardized responses to the observed probes
 * @returns for each output; null without exemplars
 */
export function resemblances(
  exemplars: Exemplars,
  conditioned: ConditionedPrior,
  observed: Uint32Array,
  values: Matrix,
): Resemblance[] | null {
  if (exemplars.count < NEIGHBORS) return null;
  const predictionErrors = leaveOneOut(conditioned, observed.length);
  return nearestExemplars(exemplars, observed, values, NEIGHBORS).map((nearest, output) => {
    const own = rowOf(values, output);
    const { mean, withoutEach } = neighborMean(exemplars, observed, own, nearest);
    const ownErrors = predictionErrors(own);
    const shared = predictionErrors(withoutEach);
    const share = shrunkShare(ownErrors, shared);
    const left = ownErrors.map((error, place) => error - share * shared[place]);
    return {
      expected: mean.map((value) => share * value),
      share,
      errorRatio: Math.min(1, dot(left, left) / (dot(ownErrors, ownErrors) || 1)),
    };
  });
}

/**
 * β by least squares, cut to 0..1 and shrunk by its own uncertainty (the positive-part James–Stein estimator). By chance
 * alone, neighbors chosen for their resemblance predict something, and few responses cannot tell it from a true resemblance.
 *
 * @param own errors of predicting each response without neighbors
 * @param shared the same of the neighbors' mean
 */
function shrunkShare(own: Float32Array, shared: Float32Array): number {
  const squares = dot(shared, shared);
  if (squares === 0) return 0;
  const share = Math.min(1, Math.max(0, dot(own, shared) / squares));
  if (share === 0) return 0;
  const left = own.map((error, place) => error - share * shared[place]);
  const variance = dot(left, left) / left.length / squares;
  return share * Math.max(0, 1 - variance / share ** 2);
}

/** By how much each response differs from what the prior predicts from the others. */
function leaveOneOut(conditioned: ConditionedPrior, count: number): (values: Float32Array) => Float32Array {
  const diagonal = conditioned.precisionDiagonal();
  const meanOf = glsMeanEstimator(conditioned, count);
  return (values) => {
    const mean = meanOf(values);
    return conditioned
      .precisionTimes(values.map((value) => value - mean))
      .map((value, place) => value / diagonal[place]);
  };
}

/**
 * The neighbors' weighted mean, each with mean 0 and deviation 1 over the observed probes.
 *
 * @returns P values; and n at the observed probes, each with weights that do not depend on that probe
 */
function neighborMean(
  { values: packed, count: exemplars }: Exemplars,
  observed: Uint32Array,
  own: Float32Array,
  { rows, cosines }: Nearest,
): { mean: Float32Array; withoutEach: Float32Array } {
  const probes = packed.length / exemplars;
  const count = observed.length;
  const mean = new Float32Array(probes);
  const withoutEach = new Float32Array(count);
  const totals = new Float32Array(count);
  const largest = Math.max(...cosines);
  const weights = cosines.map((cosine) => Math.exp((cosine - largest) / COSINE_STEP));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (let place = 0; place < rows.length; place++) {
    const start = rows[place] * probes;
    const { mean: middle, deviation: ofObserved } = observedMoments(packed, start, observed);
    const deviation = Math.max(ofObserved, MIN_OBSERVED_DEVIATION * deviationOf(packed, start, probes));
    const weight = weights[place] / total;
    for (let probe = 0; probe < probes; probe++)
      mean[probe] += weight * ((packed[start + probe] - middle) / deviation);
    for (let n = 0; n < count; n++) {
      const value = (packed[start + observed[n]] - middle) / deviation;
      const cosine = (cosines[place] * count - own[n] * value) / (count - 1);
      const ownWeight = Math.exp((cosine - largest) / COSINE_STEP);
      withoutEach[n] += ownWeight * value;
      totals[n] += ownWeight;
    }
  }
  return { mean, withoutEach: withoutEach.map((sum, n) => sum / totals[n]) };
}

/** Deviation of a whole exemplar, packed. @param from where it begins */
function deviationOf(packed: Int8Array, from: number, probes: number): number {
  let sum = 0;
  let squares = 0;
  for (let place = from; place < from + probes; place++) {
    sum += packed[place];
    squares += packed[place] ** 2;
  }
  return Math.sqrt(squares / probes - (sum / probes) ** 2);
}
