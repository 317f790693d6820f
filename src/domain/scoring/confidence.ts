import type { Matrix } from '../linalg/matrix.js';
import { orderStatistics } from '../linalg/order-statistics.js';

/** Median and spread of a gallery's scores for one query. */
export interface ScoreSpread {
  /** The median. */
  middle: number;
  /** From the 16th percentile up to the median: one deviation of a normal distribution. */
  below: number;
  /** From the median up to the 84th percentile. */
  above: number;
  /** Where the best hundredth begins: the 99th percentile; in a small gallery the fourth largest. */
  tail: number;
}

/** A monotone map from how far a score stands out to the probability that a result is right. */
export interface ConfidenceCurve {
  offset: number;
  /** Per deviation above the gallery's median. */
  slope: number;
  /** Per deviation above the runner-up, see `confidence`; 0: the runner-up is not used. */
  margin: number;
  /** Upper limit: even scores that stand out furthest are sometimes wrong. */
  max: number;
}

/**
 * Curves fitted on the hub's even models, with both probe sets and with queries for concepts that no model knows.
 * `npm run bench:accuracy` fits them again and measures them on the odd models (docs/accuracy-measured.md).
 *
 * The unit is the upper deviation, so that a probe set that skews all scores does not inflate confidence. Queries by logit
 * ask for one class, so the margin helps them. Concepts and images have curves of their own (`answer-fit.ts`).
 */
export const CONFIDENCE_CURVES = {
  LOGIT: { offset: -5.32, slope: 0.65, margin: 0.75, max: 0.94 },
  NAME: { offset: -6.11, slope: 0.79, margin: 0, max: 0.92 },
} as const satisfies Record<string, ConfidenceCurve>;

const LOWER_SHARE = 0.1587;
const UPPER_SHARE = 0.8413;
const BEST_SHARE = 0.01;
/** In a small gallery the best hundredth is the first result alone, which cannot stand out from itself. */
const MIN_BEST = 3;

/** Median of scores, and their deviation on either side. */
export function scoreSpread(scores: ArrayLike<number>): ScoreSpread {
  const last = scores.length - 1;
  const behindTail = Math.max(MIN_BEST, Math.floor(BEST_SHARE * scores.length));
  const [atLower, atMiddle, atUpper] = [LOWER_SHARE, 0.5, UPPER_SHARE].map((share) =>
    Math.floor(share * last),
  );
  const places = [atLower, atMiddle, atUpper, Math.max(atUpper, last - behindTail)];
  const [lower, middle, upper, tail] = orderStatistics(scores, places);
  return { middle, below: middle - lower, above: upper - middle, tail };
}

/**
 * The probability, 0 to 1, that a result is right: logistic in the number of deviations by which its score exceeds the
 * gallery's median and the runner-up's score. If no logit recognizes a concept, no score stands out.
 *
 * @param runnerUp the best score of the model's other outputs. A model that knows the class responds with one output; one
 *   that knows something similar responds with several. Values below the median count as the median.
 */
export function confidence(
  score: number,
  { middle, above: deviation }: Pick<ScoreSpread, 'middle' | 'above'>,
  { offset, slope, margin, max }: ConfidenceCurve,
  runnerUp = middle,
): number {
  if (!(deviation > 0)) return 0;
  const above = (score - middle) / deviation;
  const ahead = (score - Math.max(runnerUp, middle)) / deviation;
  return max / (1 + Math.exp(-(offset + slope * above + margin * ahead)));
}

/**
 * Mean and deviation of each name's scores over a gallery. Some names match almost every logit a little and say nothing.
 *
 * @param scores V × N: each name's scores for logits sampled from the gallery
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
