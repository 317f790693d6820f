import type { Matrix } from '../linalg/matrix.js';

/** Smallest normal float32; a smaller probability has underflowed. */
const SMALLEST_NORMAL = 1.1754943508222875e-38;
const SUM_TOLERANCE = 1e-3;
/** Distance of the float32 below 1 from it. */
const SMALLEST_BELOW_ONE = 2 ** -24;
/** Fewer values may lie in 0..1 by chance. */
const MIN_SIGMOIDS = 64;

/**
 * Whether each probe's outputs lie in 0..1 and sum to 1, so that they come from a softmax whatever the graph looks like.
 * Never true for a single output.
 *
 * @param responses C × P; outputs that are not finite are not probabilities
 */
export function looksLikeProbabilities(responses: Matrix): boolean {
  return probabilityScale(responses) === 1;
}

/**
 * What each probe's probabilities sum to: 1, or 100 for percentages. Null when the outputs are no probabilities of a softmax.
 *
 * @param responses C × P, as for {@link looksLikeProbabilities}
 */
export function probabilityScale({ rows, columns, data }: Matrix): 1 | 100 | null {
  if (rows < 2) return null;
  const sums = new Float64Array(columns);
  for (let index = 0; index < data.length; index++) {
    const value = data[index];
    if (!(value >= -1e-4 && value <= 100 + 1e-4)) return null;
    sums[index % columns] += value;
  }
  for (const scale of [1, 100] as const) {
    const isInRange = (value: number) => value >= -1e-6 * scale && value <= scale * (1 + 1e-6);
    if (sums.every((sum) => Math.abs(sum / scale - 1) <= SUM_TOLERANCE) && data.every(isInRange))
      return scale;
  }
  return null;
}

/**
 * Whether all responses lie in 0..1 and fill much of it, without a sum of 1: then each output comes from its own sigmoid,
 * whatever the graph looks like.
 *
 * @param responses C × P; outputs that are not finite are not probabilities
 */
export function looksLikeSigmoids(responses: Matrix): boolean {
  let low = 1;
  let high = 0;
  for (const value of responses.data) {
    if (!(value >= 0 && value <= 1)) return false;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const { data } = responses;
  return data.length >= MIN_SIGMOIDS && low < 0.25 && high > 0.75 && probabilityScale(responses) === null;
}

/** The value to use for probabilities that underflowed to 0, given the smallest positive one. */
function floorBelow(smallest: number): number {
  return Math.max(SMALLEST_NORMAL, smallest / 2);
}

/**
 * Replaces underflowed log-probabilities (−∞) by the value that {@link probabilitiesToLogits} uses.
 *
 * @param logarithms C × P
 * @returns the logarithms, and the probability used for 0; null when none underflowed
 */
export function withoutUnderflow(logarithms: Matrix): { logits: Matrix; floor: number | null } {
  let smallest = 0;
  let underflowed = false;
  for (const value of logarithms.data) {
    if (value === Number.NEGATIVE_INFINITY) underflowed = true;
    else if (value < smallest) smallest = value;
  }
  if (!underflowed) return { logits: logarithms, floor: null };
  const floor = floorBelow(Math.exp(smallest));
  // A logarithm can be smaller than that of the smallest float32 probability.
  const lowest = Math.min(Math.log(floor), smallest);
  const data = logarithms.data.map((value) => Math.max(value, lowest));
  return { logits: { ...logarithms, data }, floor };
}

/**
 * The logarithms of probabilities, which equal the logits up to the gauge (docs/architecture.md, formula 1).
 *
 * A probability that underflowed to 0 is replaced by half of the smallest positive one, an upper bound, but at least the
 * smallest normal float32.
 *
 * @param probabilities C × P
 * @returns the logarithms, and the probability used for 0
 */
export function probabilitiesToLogits(probabilities: Matrix): { logits: Matrix; floor: number } {
  let smallest = 1;
  for (const value of probabilities.data) if (value > 0 && value < smallest) smallest = value;
  const floor = floorBelow(smallest);
  const data = probabilities.data.map((value) => Math.log(Math.max(value, floor)));
  return { logits: { ...probabilities, data }, floor };
}

/**
 * log(p / (1 − p)) of the probabilities of independent sigmoids: their logits.
 *
 * A probability of 0 or 1 has no finite logit. Both are kept at a distance from 0 and 1: half of the smallest distance that
 * occurs, an upper bound, but at least half of the smallest that float32 has below 1.
 *
 * @param probabilities C × P
 * @returns the logits, and that distance; null when no probability was that close to 0 or 1
 */
export function sigmoidsToLogits(probabilities: Matrix): { logits: Matrix; floor: number | null } {
  let smallest = 0.5;
  let isSaturated = false;
  for (const value of probabilities.data) {
    const distance = Math.min(value, 1 - value);
    if (distance <= 0) isSaturated = true;
    else if (distance < smallest) smallest = distance;
  }
  const floor = Math.max(SMALLEST_BELOW_ONE / 2, smallest / 2);
  const data = probabilities.data.map((value) => {
    // For a probability near 0, float32 has much smaller distances than near 1.
    const low = isSaturated ? Math.max(value, floor) : value;
    const rest = Math.max(1 - low, isSaturated ? floor : SMALLEST_BELOW_ONE);
    return Math.log(low / rest);
  });
  return { logits: { ...probabilities, data }, floor: isSaturated ? floor : null };
}
