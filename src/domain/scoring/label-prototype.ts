import { zscore } from '../descriptors/zscore.js';
import { type Matrix, rowOf } from '../linalg/matrix.js';

/** Cosine difference that divides a label's weight by e. */
const TEMPERATURE = 0.05;
/** Weight of the prototype relative to the concept's query. */
const SHARE = 1;

/**
 * Moves a concept's query toward the descriptors of outputs with a similar label: labels of some models help to search
 * models without labels. A label's weight grows with its similarity to the concept. If no label is similar, the
 * prototype averages many and has little effect.
 *
 * @param query P weights, see `conceptQuery`
 * @param cosines L cosines of the concept's text with the labels' texts
 * @param prototypes L × P: the mean descriptor of each label's outputs
 */
export function alignToLabels(query: Float32Array, cosines: Float32Array, prototypes: Matrix): Float32Array {
  const largest = Math.max(...cosines);
  const mean = new Float32Array(query.length);
  for (let label = 0; label < cosines.length; label++) {
    const weight = Math.exp((cosines[label] - largest) / TEMPERATURE);
    const prototype = rowOf(prototypes, label);
    for (let probe = 0; probe < mean.length; probe++) mean[probe] += weight * prototype[probe];
  }
  const standardized = zscore(mean);
  if (!standardized) return query;
  return zscore(query.map((value, probe) => value + SHARE * largest * standardized[probe])) ?? query;
}
