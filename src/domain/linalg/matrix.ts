/** A dense matrix, row after row. */
export interface Matrix {
  rows: number;
  columns: number;
  /** rows × columns values. */
  data: Float32Array;
}

/** Row `index` of a matrix, sharing its memory. */
export function rowOf(matrix: Matrix, index: number): Float32Array {
  return matrix.data.subarray(index * matrix.columns, (index + 1) * matrix.columns);
}
