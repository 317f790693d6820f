import type { Matrix } from '../linalg/matrix.js';

/** How the scores of a whole gallery lie for one query. */
export interface ScoreSpread {
  /** The median. */
  middle: number;
  /** From the 16th percentile up to the median: one deviation of a normal distribution. */
  below: number;
  /** From the median up to the 84th percentile. */
  above: number;
}

/** A monotone map from how far a score stands out to the probability that the answer is right. */
export interface ConfidenceCurve {
  /** Which of the two deviations is the unit. */
  unit: 'below' | 'above';
  offset: number;
  /** For each deviation above the middle of the gallery. */
  slope: number;
  /** For each deviation above the runner-up, see `confidence`; 0 where it says nothing. */
  margin: number;
  /** The most that it reaches: even what stands out furthest is sometimes wrong. */
  max: number;
}

/**
 * Curves fitted on the hub's even models, both probe sets together, with concepts that no model knows among the
 * queries; `npm run bench:accuracy` fits them again and measures them on the odd models (docs/accuracy-measured.md).
 *
 * The margin is of use between logits, which ask for one class, and so is the upper deviation: a probe set that makes all
 * scores skewed does not make them look surer. A concept may be broad: a model's outputs for breeds of dogs all recognize
 * dogs, and where a sixth of a gallery does, they would take the upper deviation with them. The lower one stays.
 */
export const CONFIDENCE_CURVES = {
  CONCEPT: { unit: 'below', offset: -6.33, slope: 1.1, margin: 0, max: 0.88 },
  LOGIT: { unit: 'above', offset: -5.32, slope: 0.65, margin: 0.75, max: 0.94 },
  NAME: { unit: 'above', offset: -6.11, slope: 0.79, margin: 0, max: 0.92 },
} as const satisfies Record<string, ConfidenceCurve>;

const LOWER_SHARE = 0.1587;
const UPPER_SHARE = 0.8413;

/** The middle of scores, and how far they are spread to either side of it. */
export function scoreSpread(scores: ArrayLike<number>): ScoreSpread {
  const sorted = Float64Array.from(scores).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  const middle = at(0.5);
  return { middle, below: middle - at(LOWER_SHARE), above: at(UPPER_SHARE) - middle };
}

/**
 * The probability, 0 to 1, that an answer is right: logistic in the number of deviations by which its score stands
 * out from the gallery's, and by which it stands out from the runner-up's. When nothing recognizes a concept, nothing
 * stands out.
 *
 * @param runnerUp the best score of the other outputs of the answer's model: a model that knows the class answers with
 *   one output, and one that only knows something like it answers with several. Below the middle it counts as that.
 */
export function confidence(
  score: number,
  spread: ScoreSpread,
  { unit, offset, slope, margin, max }: ConfidenceCurve,
  runnerUp = spread.middle,
): number {
  const { middle, [unit]: deviation } = spread;
  if (!(deviation > 0)) return 0;
  const above = (score - middle) / deviation;
  const ahead = (score - Math.max(runnerUp, middle)) / deviation;
  return max / (1 + Math.exp(-(offset + slope * above + margin * ahead)));
}

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
