import { factorize, solve } from '../linalg/cholesky.js';
import { dot } from '../linalg/inner-product.js';
import { type Matrix, rowOf } from '../linalg/matrix.js';

/** Ridge λ as a share of the largest eigenvalue of the images' scatter. */
const RIDGE = 0.1;
const POWER_STEPS = 30;

/**
 * `A (AᵀA + μI)⁻¹` for the centered image embeddings A, P × d. Its product with a text's embedding t gives the ridge
 * regression of t on the probes. Plain cosines also count what all probes share; ridge regression damps the axes along
 * which most probes vary, so that finer ones count.
 *
 * @param images P × d
 * @returns P × d
 */
export function regressionMatrix(images: Matrix): Matrix {
  const centered = center(images);
  const { rows, columns: size } = centered;
  const scatter = scatterOf(centered);
  const ridge = RIDGE * largestEigenvalue(scatter, size);
  for (let axis = 0; axis < size; axis++) scatter[axis * size + axis] += ridge;
  // The ridge makes it positive definite.
  factorize(scatter, size);
  const solved = new Float32Array(rows * size);
  const x = new Float64Array(size);
  for (let row = 0; row < rows; row++) {
    x.set(rowOf(centered, row));
    solve(scatter, size, x);
    solved.set(x, row * size);
  }
  return { rows, columns: size, data: solved };
}

/** M·v, one value per row. */
export function timesVector(matrix: Matrix, vector: Float32Array): Float32Array {
  return Float32Array.from({ length: matrix.rows }, (_, row) => dot(vector, rowOf(matrix, row)));
}

function center({ rows, columns, data }: Matrix): Matrix {
  const means = new Float64Array(columns);
  for (let index = 0; index < data.length; index++) means[index % columns] += data[index] / rows;
  return { rows, columns, data: data.map((value, index) => value - means[index % columns]) };
}

/** AᵀA. */
function scatterOf({ rows, columns, data }: Matrix): Float64Array {
  const scatter = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let a = 0; a < columns; a++) {
      const value = data[start + a];
      for (let b = 0; b <= a; b++) scatter[a * columns + b] += value * data[start + b];
    }
  }
  for (let a = 0; a < columns; a++)
    for (let b = 0; b < a; b++) scatter[b * columns + a] = scatter[a * columns + b];
  return scatter;
}

function largestEigenvalue(matrix: Float64Array, size: number): number {
  let vector = new Float64Array(size).fill(1 / Math.sqrt(size));
  let length = 0;
  for (let step = 0; step < POWER_STEPS; step++) {
    const next = new Float64Array(size);
    for (let row = 0; row < size; row++)
      for (let column = 0; column < size; column++) next[row] += matrix[row * size + column] * vector[column];
    length = Math.hypot(...next);
    if (length === 0) return 1;
    vector = next.map((value) => value / length);
  }
  return length;
}
