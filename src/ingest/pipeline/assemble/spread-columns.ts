import { type Matrix, rowOf } from '../../../domain/index.js';

/**
 * The responses at their probes' places: C × P, NaN where a probe was not run.
 *
 * @param observed C × n
 * @param probes the probe of each column, ascending
 * @param all P
 */
export function spreadColumns(observed: Matrix, probes: Uint32Array, all: number): Matrix {
  if (probes.length === all) return observed;
  const spread = {
    rows: observed.rows,
    columns: all,
    data: new Float32Array(observed.rows * all).fill(Number.NaN),
  };
  for (let row = 0; row < observed.rows; row++) {
    const from = rowOf(observed, row);
    const to = rowOf(spread, row);
    for (let column = 0; column < probes.length; column++) to[probes[column]] = from[column];
  }
  return spread;
}
