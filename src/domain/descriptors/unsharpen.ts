import { type Matrix, rowOf } from '../linalg/matrix.js';

const MAX_STEPS = 40;
const TOLERANCE = 1e-6;
const MAX_STEP = 1;
const MIN_DISTANCE = 1e-3;

/** Parameters of the inverse of `sharpen` for one descriptor x: `zscore(v) = (log(x + shift) − middle) / t`. */
export interface Unsharpening {
  shift: number;
  middle: number;
}

/**
 * Finds the inverse of `sharpen` for one descriptor x. `x = (exp(t · z) − m) / s` with unknown m and s. Since z has mean 0
 * and deviation 1, `log(x + m/s)` has deviation t. That deviation decreases with m/s, so the solution is unique.
 *
 * @param sharpness t that x was sharpened with
 */
export function fitUnsharpening(x: Float32Array, sharpness: number): Unsharpening {
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of x) if (value < smallest) smallest = value;
  // Starts from the value for a normal distribution, then Newton's method on the logarithm of the distance.
  let distance = Math.max(1 / Math.sqrt(Math.expm1(sharpness ** 2)) + smallest, MIN_DISTANCE);
  let middle = 0;
  for (let step = 0; step < MAX_STEPS; step++) {
    const { mean, variance, slope } = logMoments(x, distance - smallest);
    middle = mean;
    const excess = variance - sharpness ** 2;
    if (Math.abs(excess) < TOLERANCE) break;
    const change = -excess / (slope * distance);
    distance *= Math.exp(Math.max(-MAX_STEP, Math.min(MAX_STEP, change)));
  }
  return { shift: distance - smallest, middle };
}

/** The standardized values that `sharpen` made each row from. @param unsharpenings of each row, see {@link fitUnsharpening} */
export function unsharpenRows(
  rows: Matrix,
  sharpness: number,
  unsharpenings: readonly Unsharpening[],
): Matrix {
  const data = new Float32Array(rows.data.length);
  for (let row = 0; row < rows.rows; row++) {
    const { shift, middle } = unsharpenings[row];
    const values = rowOf(rows, row);
    const start = row * rows.columns;
    for (let place = 0; place < values.length; place++)
      data[start + place] = (Math.log(values[place] + shift) - middle) / sharpness;
  }
  return { ...rows, data };
}

/** Mean and variance of `log(x + shift)`, and the derivative of the variance with respect to the shift. */
function logMoments(x: Float32Array, shift: number): { mean: number; variance: number; slope: number } {
  let sum = 0;
  let squares = 0;
  let inverses = 0;
  let products = 0;
  for (let place = 0; place < x.length; place++) {
    const value = Math.log(x[place] + shift);
    const inverse = 1 / (x[place] + shift);
    sum += value;
    squares += value * value;
    inverses += inverse;
    products += value * inverse;
  }
  const mean = sum / x.length;
  return {
    mean,
    variance: squares / x.length - mean * mean,
    slope: 2 * (products / x.length - (mean * inverses) / x.length),
  };
}
