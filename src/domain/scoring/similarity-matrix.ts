import type { Descriptors } from '../descriptors/descriptors.js';
import { dot } from '../linalg/inner-product.js';
import { type Matrix, rowOf } from '../linalg/matrix.js';

/**
 * Cosine of every descriptor of one model with every descriptor of another, over the same probes: figure 4 of arXiv
 * 2502.09619.
 *
 * Descriptors have length √P, so this is `⟨x, y⟩ / P`. Dividing by the actual lengths removes the rounding of float16.
 *
 * @returns a row for each output of `a`, a column for each of `b`, −1 to 1; NaN where either has no descriptor
 * @throws RangeError when the numbers of probes differ
 */
export function similarityMatrix(a: Descriptors, b: Descriptors): Matrix {
  if (a.rows.columns !== b.rows.columns)
    throw new RangeError('the descriptors belong to different probe sets');
  const rows = a.rows.rows;
  const columns = b.rows.rows;
  const data = new Float32Array(rows * columns);
  const lengthsOfA = lengths(a);
  const lengthsOfB = lengths(b);
  for (let row = 0; row < rows; row++) {
    const x = rowOf(a.rows, row);
    for (let column = 0; column < columns; column++)
      data[row * columns + column] = dot(x, rowOf(b.rows, column)) / (lengthsOfA[row] * lengthsOfB[column]);
  }
  return { rows, columns, data };
}

/** NaN for a degenerate output, which makes its whole row or column NaN. */
function lengths({ rows, degenerate }: Descriptors): Float64Array {
  return Float64Array.from(degenerate, (flag, index) => {
    const x = rowOf(rows, index);
    return flag === 1 ? Number.NaN : Math.sqrt(dot(x, x));
  });
}
