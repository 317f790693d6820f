import { type PriorFamily, rowOf } from '../../src/domain/index.js';

/**
 * Probes in greedy order: each is the one of which least is known from those before it (pivoted Cholesky of W Wᵀ +
 * diag(n), which is the greedy D-optimal choice).
 *
 * @param count how many; at most P
 */
export function dOptimalProbes({ factor, noise }: Omit<PriorFamily, 'order'>, count: number): Uint32Array {
  const probes = factor.rows;
  const most = Math.min(count, probes);
  const unknown = Float64Array.from(noise, (left, probe) => {
    const direction = rowOf(factor, probe);
    let sum = left;
    for (let axis = 0; axis < direction.length; axis++) sum += direction[axis] ** 2;
    return sum;
  });
  const order = new Uint32Array(most);
  const taken = new Uint8Array(probes);
  /** Columns of the Cholesky factor so far, a row of `most` for each probe. */
  const columns = new Float32Array(probes * most);
  for (let step = 0; step < most; step++) {
    const pivot = leastKnown(unknown, taken);
    order[step] = pivot;
    taken[pivot] = 1;
    const direction = rowOf(factor, pivot);
    const known = columns.subarray(pivot * most, pivot * most + step);
    const root = Math.sqrt(Math.max(unknown[pivot], 1e-9));
    for (let probe = 0; probe < probes; probe++) {
      const other = rowOf(factor, probe);
      let covariance = probe === pivot ? noise[probe] : 0;
      for (let axis = 0; axis < direction.length; axis++) covariance += direction[axis] * other[axis];
      const offset = probe * most;
      for (let k = 0; k < step; k++) covariance -= known[k] * columns[offset + k];
      const value = covariance / root;
      columns[offset + step] = value;
      unknown[probe] = Math.max(unknown[probe] - value * value, 1e-9);
    }
  }
  return order;
}

function leastKnown(unknown: Float64Array, taken: Uint8Array): number {
  let best = -1;
  for (let probe = 0; probe < unknown.length; probe++) {
    if (taken[probe] === 0 && (best < 0 || unknown[probe] > unknown[best])) best = probe;
  }
  return best;
}
