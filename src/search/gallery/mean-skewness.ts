import { type Matrix, rowOf, skewness } from '../../domain/index.js';

/** With two outputs each is the other's negative, and their skewness says nothing. */
const MIN_OUTPUTS = 3;

/** Mean skewness of a model's descriptors; null when it has fewer than three, too few to tell. */
export function meanSkewness(rows: Matrix, degenerate: Uint8Array): number | null {
  let sum = 0;
  let counted = 0;
  for (let row = 0; row < rows.rows; row++) {
    if (degenerate[row] === 1) continue;
    sum += skewness(rowOf(rows, row));
    counted++;
  }
  return counted < MIN_OUTPUTS ? null : sum / counted;
}
