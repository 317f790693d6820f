import type { Basis, Matrix } from '../../../src/domain/index.js';

/**
 * How much of each probe's variance over the gallery lies in the basis, 0 to 1: what it shares with other probes, and
 * so what is not its own noise. Needs no labels.
 */
export function probeReliability(rows: Matrix, { rank, vectors, eigenvalues }: Basis): Float32Array {
  const variances = new Float64Array(rows.columns);
  for (let index = 0; index < rows.data.length; index++)
    variances[index % rows.columns] += rows.data[index] ** 2 / rows.rows;
  return Float32Array.from(variances, (variance, probe) => {
    let shared = 0;
    for (let direction = 0; direction < rank; direction++)
      shared += eigenvalues[direction] * vectors[probe * rank + direction] ** 2;
    return variance > 0 ? Math.min(1, shared / variance) : 0;
  });
}

/** Every row, probe by probe times the weights. */
export function weighColumns(matrix: Matrix, weights: Float32Array): Matrix {
  return { ...matrix, data: matrix.data.map((value, index) => value * weights[index % matrix.columns]) };
}
