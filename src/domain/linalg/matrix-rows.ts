import { type Matrix, rowOf } from './matrix.js';

/** Rows one below the other. @param rows all as long */
export function stackRows(rows: readonly Float32Array[]): Matrix {
  const columns = rows[0]?.length ?? 0;
  const data = new Float32Array(rows.length * columns);
  for (const [row, values] of rows.entries()) data.set(values, row * columns);
  return { rows: rows.length, columns, data };
}

/** Every row divided by its length; a row of 0 stays. */
export function unitRows(matrix: Matrix): Matrix {
  const unit: Matrix = { ...matrix, data: matrix.data.slice() };
  for (let row = 0; row < unit.rows; row++) {
    const vector = rowOf(unit, row);
    let squares = 0;
    for (const value of vector) squares += value * value;
    const length = Math.sqrt(squares) || 1;
    for (let axis = 0; axis < vector.length; axis++) vector[axis] /= length;
  }
  return unit;
}
