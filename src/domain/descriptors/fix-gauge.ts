import type { Matrix } from '../linalg/matrix.js';

/**
 * Share k of the model's own spread in what a probe's responses are divided by. Chosen on the hub's even models among
 * 0.3, 0.5 and 0.8: 0 favors queries by logit, ∞ those by text.
 */
export const SPREAD_SHARE = 0.5;

/**
 * Takes from a model's responses what says nothing about its single outputs (design 3.1): from each response the mean
 * over the outputs for that probe, and then the spread over them, `(r − mean_c) / (std_c + k · std)`, `std` being the
 * root mean square of the differences over all probes.
 *
 * A softmax does not change when a constant is added to all logits of an image, so that constant is noise. Without
 * it, logits and log-probabilities of one model are the same numbers. And a probe that excites all outputs tells less
 * of each. Outputs with a response that is not finite take no part in mean and spread, so that one broken output does not
 * break the others. A model with one output has no gauge, and neither has one of which only one is whole: it would be
 * its own mean.
 *
 * @param responses C × P
 */
export function fixGauge(responses: Matrix, spreadShare = SPREAD_SHARE): Matrix {
  const { rows, columns, data } = responses;
  const finite = finiteRows(responses);
  if (finite.length < 2) return responses;
  const means = new Float64Array(columns);
  for (const row of finite) {
    for (let column = 0; column < columns; column++) means[column] += data[row * columns + column];
  }
  const squares = new Float64Array(columns);
  for (let column = 0; column < columns; column++) means[column] /= finite.length;
  for (const row of finite) {
    for (let column = 0; column < columns; column++)
      squares[column] += (data[row * columns + column] - means[column]) ** 2;
  }
  const overall = Math.sqrt(squares.reduce((sum, value) => sum + value, 0) / (finite.length * columns));
  const divisors = squares.map((value) => Math.sqrt(value / finite.length) + spreadShare * overall || 1);
  const fixed = new Float32Array(data.length);
  for (let index = 0; index < data.length; index++) {
    const column = index % columns;
    fixed[index] = (data[index] - means[column]) / divisors[column];
  }
  return { rows, columns, data: fixed };
}

/** Rows of finite values only. */
function finiteRows({ rows, columns, data }: Matrix): number[] {
  return Array.from({ length: rows }, (_, row) => row).filter((row) => {
    let sum = 0;
    for (let index = row * columns; index < (row + 1) * columns; index++) sum += data[index] * 0;
    return sum === 0;
  });
}
