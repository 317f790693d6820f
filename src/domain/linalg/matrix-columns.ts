import { type Matrix, rowOf } from './matrix.js';

/** Chosen columns, in the order given. */
export function columnsOf({ rows, columns, data }: Matrix, chosen: ArrayLike<number>): Matrix {
  const picked = new Float32Array(rows * chosen.length);
  for (let row = 0; row < rows; row++) {
    for (let place = 0; place < chosen.length; place++)
      picked[row * chosen.length + place] = data[row * columns + chosen[place]];
  }
  return { rows, columns: chosen.length, data: picked };
}

/** The first `count` columns. */
export function leadingColumns(matrix: Matrix, count: number): Matrix {
  const data = new Float32Array(matrix.rows * count);
  for (let row = 0; row < matrix.rows; row++) data.set(rowOf(matrix, row).subarray(0, count), row * count);
  return { rows: matrix.rows, columns: count, data };
}
