import { type Matrix, rowOf } from '../linalg/matrix.js';

/**
 * How much the responses of a model change from image to image, as a share of how far its outputs lie apart:
 *
 *   √(mean over outputs c of var over probes p of x[c, p]) / √(var over c of mean over p of x[c, p])
 *
 * It is the same for a x + b. A model that is shown other pixels than it was trained on tends to answer all of them alike.
 *
 * @param responses C × P; outputs with a response that is not finite do not count
 * @returns from 0; NaN when all responses are the same
 */
export function responseSpread(responses: Matrix): number {
  const means: number[] = [];
  let within = 0;
  for (let row = 0; row < responses.rows; row++) {
    const { mean, variance } = moments(rowOf(responses, row));
    if (!Number.isFinite(variance)) continue;
    means.push(mean);
    within += variance;
  }
  return Math.sqrt(within / means.length / moments(means).variance);
}

function moments(values: ArrayLike<number>): { mean: number; variance: number } {
  let sum = 0;
  for (let index = 0; index < values.length; index++) sum += values[index];
  const mean = sum / values.length;
  let squares = 0;
  for (let index = 0; index < values.length; index++) squares += (values[index] - mean) ** 2;
  return { mean, variance: squares / values.length };
}
