import type { Matrix } from '../linalg/matrix.js';

/** Temperature τ, in standard deviations of the vocabulary's cosines. */
const TEMPERATURE = 0.65;

/**
 * The level that a concept must exceed at each probe: the soft maximum `τ · log Σ_v exp(c_v / τ)` of a vocabulary's
 * cosines.
 *
 * @param cosines V × P cosines of the vocabulary's texts with the probes
 * @returns P levels
 */
export function vocabularyBackground(cosines: Matrix): Float32Array {
  const { rows, columns, data } = cosines;
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length;
  const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length;
  const temperature = TEMPERATURE * Math.sqrt(variance);
  const levels = new Float32Array(columns);
  for (let column = 0; column < columns; column++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows; row++) largest = Math.max(largest, data[row * columns + column]);
    let sum = 0;
    for (let row = 0; row < rows; row++)
      sum += Math.exp((data[row * columns + column] - largest) / temperature);
    levels[column] = largest + temperature * Math.log(sum);
  }
  return levels;
}

/**
 * A concept's cosines above the background: up to a factor, the log of the share that the concept has of each probe among
 * the whole vocabulary. A probe that is near to every concept no longer counts.
 */
export function conceptContrast(cosines: Float32Array, levels: Float32Array): Float32Array {
  return cosines.map((cosine, probe) => cosine - levels[probe]);
}
