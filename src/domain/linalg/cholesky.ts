/** Cholesky factorization of a positive definite matrix: writes L to its lower triangle, in place. */
export function factorize(matrix: Float64Array, size: number): void {
  for (let row = 0; row < size; row++) {
    for (let column = 0; column <= row; column++) {
      const sum = matrix[row * size + column] - dotRange(matrix, row * size, column * size, column);
      matrix[row * size + column] = row === column ? Math.sqrt(sum) : sum / matrix[column * size + column];
    }
  }
}

/** Inner product of `length` values from two offsets. Two partial sums, so that additions do not wait for each other. */
function dotRange(matrix: Float64Array, a: number, b: number, length: number): number {
  let [even, odd] = [0, 0];
  let k = 0;
  for (; k + 1 < length; k += 2) {
    even += matrix[a + k] * matrix[b + k];
    odd += matrix[a + k + 1] * matrix[b + k + 1];
  }
  if (k < length) even += matrix[a + k] * matrix[b + k];
  return even + odd;
}

/** Solves L X = B in place for four right-hand sides. @param x size × 4 */
export function solveLowerFour(lower: Float64Array, size: number, x: Float64Array): void {
  for (let row = 0; row < size; row++) {
    const start = row * size;
    const place = row * 4;
    let [s0, s1, s2, s3] = [x[place], x[place + 1], x[place + 2], x[place + 3]];
    for (let k = 0; k < row; k++) {
      const value = lower[start + k];
      s0 -= value * x[k * 4];
      s1 -= value * x[k * 4 + 1];
      s2 -= value * x[k * 4 + 2];
      s3 -= value * x[k * 4 + 3];
    }
    const pivot = lower[start + row];
    x[place] = s0 / pivot;
    x[place + 1] = s1 / pivot;
    x[place + 2] = s2 / pivot;
    x[place + 3] = s3 / pivot;
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
