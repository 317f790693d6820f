import type { Matrix } from './matrix.js';

/** A·B in plain JavaScript, four rows of B at a time; summed as float64. For what is too small to leave to a BLAS. */
export function multiply(a: Matrix, b: Matrix): Matrix {
  const width = b.columns;
  const data = new Float32Array(a.rows * width);
  const sums = new Float64Array(width);
  for (let row = 0; row < a.rows; row++) {
    sums.fill(0);
    const start = row * a.columns;
    let inner = 0;
    for (; inner + 3 < a.columns; inner += 4) {
      const a0 = a.data[start + inner];
      const a1 = a.data[start + inner + 1];
      const a2 = a.data[start + inner + 2];
      const a3 = a.data[start + inner + 3];
      const b0 = inner * width;
      const b1 = b0 + width;
      const b2 = b1 + width;
      const b3 = b2 + width;
      for (let column = 0; column < width; column++) {
        sums[column] +=
          a0 * b.data[b0 + column] +
          a1 * b.data[b1 + column] +
          a2 * b.data[b2 + column] +
          a3 * b.data[b3 + column];
      }
    }
    for (; inner < a.columns; inner++) {
      const value = a.data[start + inner];
      for (let column = 0; column < width; column++) sums[column] += value * b.data[inner * width + column];
    }
    data.set(sums, row * width);
  }
  return { rows: a.rows, columns: width, data };
}
