/** Cholesky's L into the lower triangle of a positive definite matrix, in place. */
export function factorise(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * size + column];
      for (let k = 0; k < column; k++) sum -= matrix[row * size + k] * matrix[column * size + k];
      matrix[row * size + column] = row === column ? Math.sqrt(sum) : sum / matrix[column * size + column];
    }
  }
}

/** Solves L x = b in place. */
export function solveLower(lower: Float64Array, size: number, x: Float64Array): void {
  for (let row = 0; row < size; row++) {
    let sum = x[row];
    for (let k = 0; k < row; k++) sum -= lower[row * size + k] * x[k];
    x[row] = sum / lower[row * size + row];
  }
}

/** Solves L Lᵀ x = b in place. */
export function solve(lower: Float64Array, size: number, x: Float64Array): void {
  solveLower(lower, size, x);
  for (let row = size - 1; row >= 0; row--) {
    const value = x[row] / lower[row * size + row];
    x[row] = value;
    for (let k = 0; k < row; k++) x[k] -= lower[row * size + k] * value;
  }
}
