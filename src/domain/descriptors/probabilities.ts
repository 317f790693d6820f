import type { Matrix } from '../linalg/matrix.js';

/** Smallest normal float32: below it a softmax has underflowed. */
const SMALLEST_NORMAL = 1.1754943508222875e-38;
const SUM_TOLERANCE = 1e-3;

/**
 * Whether each probe's outputs are all in 0..1 and sum to 1, so that they come out of a softmax whatever the graph
 * looks like. A model with one output is never taken for one.
 *
 * @param responses C × P; outputs that are not finite are not probabilities
 */
export function looksLikeProbabilities({ rows, columns, data }: Matrix): boolean {
  if (rows < 2) return false;
  const sums = new Float64Array(columns);
  for (let index = 0; index < data.length; index++) {
    const value = data[index];
    if (!(value >= -1e-6 && value <= 1 + 1e-6)) return false;
    sums[index % columns] += value;
  }
  return sums.every((sum) => Math.abs(sum - 1) <= SUM_TOLERANCE);
}

/** What stands for a probability that underflowed to 0, when this is the smallest positive one seen. */
function floorBelow(smallest: number): number {
  return Math.max(SMALLEST_NORMAL, smallest / 2);
}

/**
 * Logarithms of probabilities whose underflowed ones, minus infinity, take the value that {@link probabilitiesToLogits}
 * gives them.
 *
 * @param logarithms C × P
 * @returns the logarithms, and the probability that stands for 0; null when none did
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
  // Below what float32 can hold as a probability, a logarithm still tells the two apart.
  const lowest = Math.min(Math.log(floor), smallest);
  const data = logarithms.data.map((value) => Math.max(value, lowest));
  return { logits: { ...logarithms, data }, floor };
}

/**
 * The logarithm of probabilities, which equals the logits up to the gauge (design 3.1).
 *
 * A probability that underflowed to 0 is lost for good. It is taken for half of the smallest positive one seen, which
 * bounds it from above, but not less than what float32 can hold.
 *
 * @param probabilities C × P
 * @returns the logarithms, and the probability that stands for 0
 */
export function probabilitiesToLogits(probabilities: Matrix): { logits: Matrix; floor: number } {
  let smallest = 1;
  for (const value of probabilities.data) if (value > 0 && value < smallest) smallest = value;
  const floor = floorBelow(smallest);
  const data = probabilities.data.map((value) => Math.log(Math.max(value, floor)));
  return { logits: { ...probabilities, data }, floor };
}
