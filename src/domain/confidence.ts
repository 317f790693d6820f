/** How a score lies among those of a whole gallery for the same query. */
export interface Standing {
  mean: number;
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
  CONCEPT: { offset: -8.03, slope: 1.8, most: 0.88 },
  LOGIT: { offset: -8.35, slope: 1.67, most: 0.96 },
  NAME: { offset: -6.11, slope: 0.79, most: 0.92 },
} as const satisfies Record<string, ConfidenceCurve>;

/** Mean and (population) standard deviation of scores. */
export function standingOf(scores: ArrayLike<number>): Standing {
  let sum = 0;
  for (let index = 0; index < scores.length; index++) sum += scores[index];
  const mean = sum / scores.length;
  let squares = 0;
  for (let index = 0; index < scores.length; index++) squares += (scores[index] - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / scores.length) };
}

/**
 * The probability, 0 to 1, that an answer is right: logistic in the number of standard deviations by which its score
 * stands out from the gallery's. When nothing recognises a concept, nothing stands out.
 */
export function confidence(score: number, { mean, deviation }: Standing, curve: ConfidenceCurve): number {
  if (!(deviation > 0)) return 0;
  return curve.most / (1 + Math.exp(-(curve.offset + (curve.slope * (score - mean)) / deviation)));
}
