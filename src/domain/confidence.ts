/** How the scores of a whole gallery lie for one query. */
export interface Standing {
  /** The median. */
  middle: number;
  /** From the median up to the 84th percentile: one deviation of a normal distribution. */
  deviation: number;
}

/** A monotone map from how far a score stands out to the probability that the answer is right. */
export interface ConfidenceCurve {
  offset: number;
  /** For each deviation above the middle of the gallery. */
  slope: number;
  /** For each deviation above the runner-up, see `confidence`; 0 where it says nothing. */
  margin: number;
  /** The most that it reaches: even what stands out furthest is sometimes wrong. */
  most: number;
}

/**
 * Curves fitted on the hub's even models, both probe sets together, with concepts that no model knows among the
 * queries; `npm run bench:accuracy` fits them again and measures them on the odd models (docs/accuracy-measured.md).
 *
 * The margin is of use between logits, which ask for one class. A concept may be broad, and a model's outputs for
 * breeds of dogs all recognise dogs.
 */
export const CONFIDENCE_CURVES = {
  CONCEPT: { offset: -7.24, slope: 1.72, margin: 0, most: 0.88 },
  LOGIT: { offset: -5.32, slope: 0.65, margin: 0.75, most: 0.94 },
  NAME: { offset: -6.11, slope: 0.79, margin: 0, most: 0.92 },
} as const satisfies Record<string, ConfidenceCurve>;

const UPPER_SHARE = 0.8413;

/**
 * The middle and the upper spread of scores. The spread is that of the side that answers stand out on: a probe set that
 * makes all scores skewed does not make them look surer. What matches is above both, as long as it is less than a sixth
 * of the gallery.
 */
export function standingOf(scores: ArrayLike<number>): Standing {
  const sorted = Float64Array.from(scores).sort();
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
  const middle = at(0.5);
  return { middle, deviation: at(UPPER_SHARE) - middle };
}

/**
 * The probability, 0 to 1, that an answer is right: logistic in the number of deviations by which its score stands
 * out from the gallery's, and by which it stands out from the runner-up's. When nothing recognises a concept, nothing
 * stands out.
 *
 * @param runnerUp the best score of the other outputs of the answer's model: a model that knows the class answers with
 *   one output, and one that only knows something like it answers with several. Below the middle it counts as that.
 */
export function confidence(
  score: number,
  { middle, deviation }: Standing,
  { offset, slope, margin, most }: ConfidenceCurve,
  runnerUp = middle,
): number {
  if (!(deviation > 0)) return 0;
  const above = (score - middle) / deviation;
  const ahead = (score - Math.max(runnerUp, middle)) / deviation;
  return most / (1 + Math.exp(-(offset + slope * above + margin * ahead)));
}
