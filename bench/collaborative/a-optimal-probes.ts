import { dot, type Matrix, type PriorFamily, rowOf, transpose } from '../../src/domain/index.js';
import { dotAt } from '../../src/domain/linalg/inner-product.js';
import { multiply } from '../../src/domain/linalg/matrix.js';

/** Below this a probe is known. */
const MIN_VARIANCE = 1e-9;

/**
 * Probes in greedy order: each is the one whose response, beside those before it, takes most from the uncertainty of
 * what is searched by (the greedy A-optimal choice for a target). With K = W Wᵀ + diag(n) given what was chosen, and
 * T the target, that is the probe p with the largest `|Tᵀ K_p|² / K_pp`.
 *
 * @param target P × r: directions that matter, by their lengths; the gallery's whitening, BΛ^{-1/4}
 * @param count how many; at most P
 */
export function aOptimalProbes(
  family: Pick<PriorFamily, 'factor' | 'noise'>,
  target: Matrix,
  count: number,
): Uint32Array {
  const { factor, noise } = family;
  const probes = factor.rows;
  const length = Math.min(count, probes);
  const unknown = Float64Array.from(noise, (left, probe) => left + squared(rowOf(factor, probe)));
  /** P × r: Tᵀ K_p of each probe, which shrinks as others are chosen. */
  const touched = touchedBy(family, target);
  const gains = Float64Array.from(noise, (_, probe) => squared(rowOf(touched, probe)));
  const order = new Uint32Array(length);
  const taken = new Uint8Array(probes);
  const latent = new LatentCovariance(factor.columns);
  for (let step = 0; step < length; step++) {
    const pivot = mostTelling(gains, unknown, taken);
    order[step] = pivot;
    taken[pivot] = 1;
    const known = latent.observe(rowOf(factor, pivot), unknown[pivot]);
    const moved = rowOf(touched, pivot);
    for (let probe = 0; probe < probes; probe++) {
      // A chosen probe is known: nothing about it remains to be learned.
      if (taken[probe] === 1) continue;
      const value = dotAt(factor.data, probe * factor.columns, known) / unknown[pivot];
      unknown[probe] = Math.max(unknown[probe] - value * value * unknown[pivot], MIN_VARIANCE);
      gains[probe] = subtracted(touched.data, probe * moved.length, moved, value);
    }
  }
  return order;
}

/**
 * The covariance of the family's coordinates, z in `x = W z + e`, given what was chosen. Two probes that were not
 * chosen tell of each other through z alone: `K_pq = w_pᵀ Z w_q`.
 */
class LatentCovariance {
  private readonly values: Float64Array;

  constructor(rank: number) {
    this.values = new Float64Array(rank * rank);
    for (let axis = 0; axis < rank; axis++) this.values[axis * rank + axis] = 1;
  }

  /**
   * Takes account of one more probe.
   *
   * @param direction w, q
   * @param variance of its response, before it is known
   * @returns Z w, as Z was before
   */
  observe(direction: Float32Array, variance: number): Float64Array {
    const { values } = this;
    const rank = direction.length;
    const known = new Float64Array(rank);
    for (let row = 0; row < rank; row++) {
      const weight = direction[row];
      const begin = row * rank;
      for (let column = 0; column < rank; column++) known[column] += weight * values[begin + column];
    }
    for (let row = 0; row < rank; row++) {
      const weight = known[row] / variance;
      const begin = row * rank;
      for (let column = 0; column < rank; column++) values[begin + column] -= weight * known[column];
    }
    return known;
  }
}

/** P × r: `K T = W (Wᵀ T) + diag(n) T`. */
function touchedBy({ factor, noise }: Pick<PriorFamily, 'factor' | 'noise'>, target: Matrix): Matrix {
  const touched = multiply(factor, multiply(transpose(factor), target));
  const width = target.columns;
  for (let probe = 0; probe < target.rows; probe++) {
    const start = probe * width;
    for (let place = start; place < start + width; place++)
      touched.data[place] += noise[probe] * target.data[place];
  }
  return touched;
}

/** Takes `scale · vector` from the values from `start` on. @returns the squared length of what is left */
function subtracted(data: Float32Array, start: number, vector: Float32Array, scale: number): number {
  let [even, odd] = [0, 0];
  let place = 0;
  for (; place + 1 < vector.length; place += 2) {
    const left = data[start + place] - scale * vector[place];
    const right = data[start + place + 1] - scale * vector[place + 1];
    data[start + place] = left;
    data[start + place + 1] = right;
    even += left * left;
    odd += right * right;
  }
  if (place < vector.length) {
    data[start + place] -= scale * vector[place];
    even += data[start + place] ** 2;
  }
  return even + odd;
}

function mostTelling(gains: Float64Array, unknown: Float64Array, taken: Uint8Array): number {
  let best = -1;
  let largest = Number.NEGATIVE_INFINITY;
  for (let probe = 0; probe < unknown.length; probe++) {
    if (taken[probe] === 1) continue;
    const gain = gains[probe] / unknown[probe];
    if (gain > largest) [best, largest] = [probe, gain];
  }
  return best;
}

function squared(vector: Float32Array): number {
  return dot(vector, vector);
}
