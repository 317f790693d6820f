import { type Matrix, rowOf } from './matrix.js';
import type { PriorFamily } from './response-prior.js';

/** Below this a probe is known. */
const LEAST_VARIANCE = 1e-9;

/**
 * Probes in greedy order: each is the one whose response, beside those before it, takes most from the uncertainty of
 * what is searched by (the greedy A-optimal choice for a target). With K = W Wᵀ + diag(n) given what was chosen, and
 * T the target, that is the probe p with the largest `|Tᵀ K_p|² / K_pp`.
 *
 * A probe of which little is known need not tell of others: choosing by K_pp alone (D-optimal) collects odd images.
 *
 * @param target P × r: directions that matter, by their lengths; the gallery's whitening, BΛ^{-1/4}
 * @param count how many; at most P
 * @param start probes that come first whatever they tell
 */
export function tellingProbes(
  family: Pick<PriorFamily, 'factor' | 'noise'>,
  target: Matrix,
  count: number,
  start: ArrayLike<number> = [],
): Uint32Array {
  const { factor, noise } = family;
  const probes = factor.rows;
  const most = Math.min(count, probes);
  const unknown = Float64Array.from(noise, (left, probe) => left + squared(rowOf(factor, probe)));
  /** P × r: Tᵀ K_p of each probe, which shrinks as others are chosen. */
  const touched = touchedBy(family, target);
  const order = new Uint32Array(most);
  const taken = new Uint8Array(probes);
  /** Columns of K's Cholesky factor so far, a row of `most` for each probe. */
  const columns = new Float32Array(probes * most);
  const column = new Float64Array(probes);
  const moved = new Float64Array(target.columns);
  for (let step = 0; step < most; step++) {
    const pivot = step < start.length ? start[step] : mostTelling(touched, unknown, taken);
    order[step] = pivot;
    taken[pivot] = 1;
    const direction = rowOf(factor, pivot);
    const known = columns.subarray(pivot * most, pivot * most + step);
    const root = Math.sqrt(Math.max(unknown[pivot], LEAST_VARIANCE));
    moved.fill(0);
    for (let probe = 0; probe < probes; probe++) {
      const other = rowOf(factor, probe);
      let covariance = probe === pivot ? noise[probe] : 0;
      for (let axis = 0; axis < direction.length; axis++) covariance += direction[axis] * other[axis];
      const offset = probe * most;
      for (let k = 0; k < step; k++) covariance -= known[k] * columns[offset + k];
      const value = covariance / root;
      column[probe] = value;
      columns[offset + step] = value;
      unknown[probe] = Math.max(unknown[probe] - value * value, LEAST_VARIANCE);
      const aim = rowOf(target, probe);
      for (let axis = 0; axis < aim.length; axis++) moved[axis] += value * aim[axis];
    }
    for (let probe = 0; probe < probes; probe++) {
      const touch = rowOf(touched, probe);
      for (let axis = 0; axis < touch.length; axis++) touch[axis] -= column[probe] * moved[axis];
    }
  }
  return order;
}

/** P × r: `K T = W (Wᵀ T) + diag(n) T`. */
function touchedBy({ factor, noise }: Pick<PriorFamily, 'factor' | 'noise'>, target: Matrix): Matrix {
  const rank = factor.columns;
  const width = target.columns;
  const inner = new Float64Array(rank * width);
  for (let probe = 0; probe < factor.rows; probe++) {
    const direction = rowOf(factor, probe);
    const aim = rowOf(target, probe);
    for (let axis = 0; axis < rank; axis++)
      for (let place = 0; place < width; place++) inner[axis * width + place] += direction[axis] * aim[place];
  }
  const data = new Float32Array(target.data.length);
  for (let probe = 0; probe < factor.rows; probe++) {
    const direction = rowOf(factor, probe);
    const aim = rowOf(target, probe);
    const row = data.subarray(probe * width, (probe + 1) * width);
    for (let place = 0; place < width; place++) row[place] = noise[probe] * aim[place];
    for (let axis = 0; axis < rank; axis++)
      for (let place = 0; place < width; place++) row[place] += direction[axis] * inner[axis * width + place];
  }
  return { ...target, data };
}

function mostTelling(touched: Matrix, unknown: Float64Array, taken: Uint8Array): number {
  let best = -1;
  let largest = Number.NEGATIVE_INFINITY;
  for (let probe = 0; probe < unknown.length; probe++) {
    if (taken[probe] === 1) continue;
    const gain = squared(rowOf(touched, probe)) / unknown[probe];
    if (gain > largest) [best, largest] = [probe, gain];
  }
  return best;
}

function squared(vector: Float32Array): number {
  let sum = 0;
  for (let axis = 0; axis < vector.length; axis++) sum += vector[axis] * vector[axis];
  return sum;
}
