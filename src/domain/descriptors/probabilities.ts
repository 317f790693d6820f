import type { Matrix } from '../linalg/matrix.js';

/** Smallest normal float32; a smaller probability has underflowed. */
const SMALLEST_NORMAL = 1.1754943508222875e-38;
const SUM_TOLERANCE = 1e-3;

/**
 * Whether each probe's outputs lie in 0..1 and sum to 1, so that they come from a softmax whatever the graph looks like.
 * Never true for a single output.
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
