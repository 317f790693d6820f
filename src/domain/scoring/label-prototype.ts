import { zscore } from '../descriptors/zscore.js';
import { type Matrix, rowOf } from '../linalg/matrix.js';

/** Cosine difference at which a label weighs e times less. */
const TEMPERATURE = 0.05;
/** Weight of the prototype beside the concept's own query. */
const SHARE = 1;

/**
 * A concept's query, drawn toward what outputs with a similar label respond to: the labels of some models help to
 * search others that have none. The nearer a label is to the concept, the more it weighs; when none is near, the
 * prototype is a mean of many and says little.
 *
 * @param query P weights, see `conceptQuery`
 * @param cosines of the concept's text with the L labels' texts
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
