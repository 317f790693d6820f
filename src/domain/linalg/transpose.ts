import type { Matrix } from './matrix.js';

/** The matrix with rows and columns exchanged. */
export function transpose({ rows, columns, data }: Matrix): Matrix {
  const transposed = new Float32Array(data.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      transposed[column * rows + row] = data[row * columns + column];
  return { rows: columns, columns: rows, data: transposed };
}
