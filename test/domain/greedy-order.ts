import type { PriorFamily } from '../../src/domain/index.js';
import { covarianceOf } from './covariance-of.js';

/**
 * Probes by the definition of a greedy choice, with the whole covariance: each the one that is worth most, given those before
 * it.
 *
 * @param worth of a probe, by the covariance that is left
 */
export function greedyOrder(
  family: Pick<PriorFamily, 'factor' | 'noise'>,
  count: number,
  worth: (left: number[][], probe: number) => number,
): number[] {
  const k = covarianceOf(family);
  const order: number[] = [];
  while (order.length < count) {
    const left = [...k.keys()].filter((probe) => !order.includes(probe));
    const pivot = left.reduce((best, probe) => (worth(k, probe) > worth(k, best) ? probe : best));
    order.push(pivot);
    const column = k.map((row) => row[pivot]);
    for (const [p, row] of k.entries())
      for (let q = 0; q < row.length; q++) row[q] -= (column[p] * column[q]) / column[pivot];
  }
  return order;
}
