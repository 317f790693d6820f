import type { Matrix } from './matrix.js';

/**
 * Subtracts from each response the mean over the model's outputs for that probe: design 3.1.
 *
 * A softmax does not change when a constant is added to all logits of an image, so that constant is noise. Without
 * it, logits and log-probabilities of one model are the same numbers. A model with one output has no gauge. Outputs
 * with a response that is not finite take no part in the mean, so that one broken output does not break the others.
 *
 * @param responses C × P
 */
export function fixGauge(responses: Matrix): Matrix {
  const { rows, columns, data } = responses;
  if (rows === 1) return responses;
  const means = new Float64Array(columns);
  let counted = 0;
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    if (!allFinite(data, start, start + columns)) continue;
    counted++;
    for (let column = 0; column < columns; column++) means[column] += data[start + column];
  }
  const fixed = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    const start = row * columns;
    for (let column = 0; column < columns; column++)
      fixed[start + column] = data[start + column] - means[column] / counted;
  }
  return { rows, columns, data: fixed };
}

function allFinite(data: Float32Array, from: number, to: number): boolean {
  let sum = 0;
  for (let index = from; index < to; index++) sum += data[index] * 0;
  return sum === 0;
}
