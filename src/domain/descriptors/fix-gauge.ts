import type { Matrix } from '../linalg/matrix.js';

/**
 * Weight k of the model's overall spread in the divisor of a probe's responses. Chosen on the hub's even models among
 * 0.3, 0.5 and 0.8: a small k favors queries by logit, a large one queries by concept.
 */
export const SPREAD_SHARE = 0.5;

/** The responses of a model, C × P. */
export interface Responses extends Matrix {
  /** Whether the outputs are independent labels, each with its own sigmoid; absent: they are not. */
  multiLabel?: boolean;
}

/**
 * Removes what a probe's responses say about all outputs alike (docs/architecture.md, formula 1): subtracts their mean
 * over the outputs, and divides by their spread, `(r − mean_c) / (std_c + k · std)`. `std` is the root mean square of the
 * differences over all probes.
 *
 * Adding a constant to all logits of an image does not change a softmax, so the mean is noise. Without it, logits and
 * log-probabilities of a model are equal. A probe that excites all outputs tells less about each. Outputs with a response
 * that is not finite are left out of mean and spread, so that they do not affect the others. A model with fewer than two
 * finite outputs is returned unchanged, since an output would be its own mean. So is a multi-label model: each of its
 * sigmoids keeps the constant, and the mean of two labels would make each the other's negative.
 *
 * @param responses C × P
 */
export function fixGauge(responses: Responses, spreadShare = SPREAD_SHARE): Matrix {
  const { rows, columns, data } = responses;
  const finite = finiteRows(responses);
  if (responses.multiLabel || finite.length < 2) return responses;
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
