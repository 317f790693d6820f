/** How the scores of a whole gallery lie for one query. */
export interface Standing {
  /** The median. */
  middle: number;
  /** From the median down to the 16th percentile: one deviation of a normal distribution. */
  deviation: number;
}

/** A monotone map from how far a score stands out to the probability that the answer is right. */
export interface ConfidenceCurve {
  offset: number;
  slope: number;
  /** The most that it reaches: even what stands out furthest is sometimes wrong. */
  most: number;
}

/**
 * Curves fitted on the hub's even models, with concepts that no model knows among the queries; `npm run
 * bench:accuracy` fits them again and measures them on the odd models (docs/accuracy.md).
 */
export const CONFIDENCE_CURVES = {
  CONCEPT: { offset: -6.33, slope: 1.1, most: 0.88 },
  LOGIT: { offset: -5.34, slope: 0.79, most: 0.96 },
  NAME: { offset: -6.11, slope: 0.79, most: 0.92 },
} as const satisfies Record<string, ConfidenceCurve>;

const LOWER_SHARE = 0.1587;

/** The middle and the lower spread of scores: what matches, few logits or many, is above and moves neither. */
export function standingOf(scores: ArrayLike<number>): Standing {
  const sorted = Float64Array.from(scores).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  const middle = at(0.5);
  return { middle, deviation: middle - at(LOWER_SHARE) };
}

/**
 * The probability, 0 to 1, that an answer is right: logistic in the number of deviations by which its score stands
 * out from the gallery's. When nothing recognises a concept, nothing stands out.
 */
export function confidence(score: number, { middle, deviation }: Standing, curve: ConfidenceCurve): number {
  if (!(deviation > 0)) return 0;
  return curve.most / (1 + Math.exp(-(curve.offset + (curve.slope * (score - middle)) / deviation)));
}
