import type { Matrix } from '../linalg/matrix.js';

/**
 * How a name's scores lie over a gallery: some names suit nearly every logit a little, and say nothing of one.
 *
 * @param scores V × N: each name's score for logits spread over the gallery
 * @returns V means, and V (population) deviations
 */
export function nameStatistics({ rows, columns, data }: Matrix): {
  means: Float32Array;
  deviations: Float32Array;
} {
  const means = new Float32Array(rows);
  const deviations = new Float32Array(rows);
  for (let name = 0; name < rows; name++) {
    let sum = 0;
    for (let logit = 0; logit < columns; logit++) sum += data[name * columns + logit];
    const mean = sum / columns;
    let squares = 0;
    for (let logit = 0; logit < columns; logit++) squares += (data[name * columns + logit] - mean) ** 2;
    means[name] = mean;
    deviations[name] = Math.sqrt(squares / columns);
  }
  return { means, deviations };
}
