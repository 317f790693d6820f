import { rowOf } from '../../../src/domain/index.js';
import type { Scores } from '../statistics/scores.js';

/** Share β of a logit's hubness that is taken off. */
const SHARE = 0.3;
/** Closest concepts of the vocabulary whose mean score is a logit's hubness. */
const NEIGHBORS = 10;

/**
 * Against hubness (cf. CSLS): scores less β of the mean score of each logit's closest concepts of the vocabulary.
 *
 * @param background N × V: each logit's score for each concept of the vocabulary
 */
export function lessHubness(scores: Scores, background: Scores): Scores {
  const hubness = Float32Array.from({ length: background.rows }, (_, logit) => {
    const values = rowOf(background, logit).slice().sort().slice(-NEIGHBORS);
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  });
  return {
    ...scores,
    data: scores.data.map((value, place) => value - SHARE * hubness[place % hubness.length]),
  };
}
