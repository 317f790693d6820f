/** A dense matrix, row after row. */
export interface Matrix {
  rows: number;
  columns: number;
  /** rows × columns values. */
  data: Float32Array;
}

/** A matrix of rows of one length. */
export function stacked(rows: readonly Float32Array[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * columns);
  for (const [row, values] of rows.entries()) data.set(values, row * columns);
  return { rows: rows.length, columns, data };
}

/** Row `index` of a matrix, sharing its memory. */
export function rowOf(matrix: Matrix, index: number): Float32Array {
  return matrix.data.subarray(index * matrix.columns, (index + 1) * matrix.columns);
}
