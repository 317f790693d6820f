import type { Descriptors } from '../descriptors/descriptors.js';
import { type Matrix, multiply, rowOf, transpose, unitRows } from '../linalg/matrix.js';

/**
 * Cosine of every descriptor of one model with every descriptor of another, over the same probes: figure 4 of arXiv
 * 2502.09619.
 *
 * Descriptors have length √P, so this is `⟨x, y⟩ / P`. Dividing by the actual lengths removes the rounding of float16.
 *
 * @param product A·B; by default in plain JavaScript
 * @returns a row for each output of `a`, a column for each of `b`, −1 to 1; NaN where either has no descriptor
 * @throws RangeError when the numbers of probes differ
 */
export async function similarityMatrix(
  a: Descriptors,
  b: Descriptors,
  product: (a: Matrix, b: Matrix) => Promise<Matrix> = async (x, y) => multiply(x, y),
): Promise<Matrix> {
  if (a.rows.columns !== b.rows.columns)
    throw new RangeError('the descriptors belong to different probe sets');
  return product(unitDescriptors(a), transpose(unitDescriptors(b)));
}

/** NaN for a degenerate output, which makes its whole row or column of a product NaN. */
function unitDescriptors({ rows, degenerate }: Descriptors): Matrix {
  const unit = unitRows(rows);
  for (const [row, flag] of degenerate.entries()) if (flag === 1) rowOf(unit, row).fill(Number.NaN);
  return unit;
}
