import { dot, dotAt } from '../linalg/inner-product.js';
import { rowOf } from '../linalg/matrix.js';
import type { PriorFamily } from './response-prior.js';

/** Smaller variances are rounding noise. */
const MIN_VARIANCE = 1e-9;

/**
 * Orders probes by greedy D-optimal design: each probe has the largest variance given those before it. This is the
 * pivoted Cholesky factorization of W Wᵀ + diag(n).
 *
 * A greedy A-optimal order predicts all responses better, but loses more of the single strong responses that concepts
 * and other backbones match by (docs/collaborative-measured.md).
 *
 * @param count at most P
 */
export function dOptimalProbes(
  { factor, noise }: Pick<PriorFamily, 'factor' | 'noise'>,
  count: number,
): Uint32Array {
  const probes = factor.rows;
  const steps = Math.min(count, probes);
  const variances = Float64Array.from(noise, (noiseVariance, probe) => {
    const direction = rowOf(factor, probe);
    return noiseVariance + dot(direction, direction);
  });
  const order = new Uint32Array(steps);
  const taken = new Uint8Array(probes);
  /** Columns of the Cholesky factor so far, P × `steps`. */
  const columns = new Float32Array(probes * steps);
  for (let step = 0; step < steps; step++) {
    const pivot = largestVariance(variances, taken);
    order[step] = pivot;
    taken[pivot] = 1;
    const direction = Float64Array.from(rowOf(factor, pivot));
    const pivotRow = Float64Array.from(columns.subarray(pivot * steps, pivot * steps + step));
    const root = Math.sqrt(Math.max(variances[pivot], MIN_VARIANCE));
    for (let probe = 0; probe < probes; probe++) {
      // Chosen probes have no variance left.
      if (taken[probe] === 1) continue;
      const covariance =
        dotAt(factor.data, probe * factor.columns, direction) - dotAt(columns, probe * steps, pivotRow);
      const value = covariance / root;
      columns[probe * steps + step] = value;
      variances[probe] = Math.max(variances[probe] - value * value, MIN_VARIANCE);
    }
  }
  return order;
}

function largestVariance(variances: Float64Array, taken: Uint8Array): number {
  let best = -1;
  for (let probe = 0; probe < variances.length; probe++) {
    if (taken[probe] === 0 && (best < 0 || variances[probe] > variances[best])) best = probe;
  }
  return best;
}
