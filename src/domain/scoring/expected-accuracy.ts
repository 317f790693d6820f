/**
 * Fitted on the logits of the hub's even models with both probe sets; docs/accuracy.md has rank correlation and error on
 * the odd models. The number of outputs would help there, but would not extrapolate to larger models.
 */
export const EXPECTED_ACCURACY_WEIGHTS = { offset: -2.256, logit: 0.604, model: 1.111 } as const;

/** Third standardized moment of a descriptor, which has mean 0 and deviation 1. */
export function skewness(descriptor: Float32Array): number {
  let sum = 0;
  for (let probe = 0; probe < descriptor.length; probe++) {
    const value = descriptor[probe];
    sum += value * value * value;
  }
  return sum / descriptor.length;
}

/**
 * The expected accuracy of a logit on images of its class, 0 to 1, from its responses alone. An output that has learned
 * its class responds strongly to few probes and weakly to the others, so its responses are skewed, and so are those of
 * its model's other outputs.
 *
 * @param logit its skewness
 * @param model mean skewness of its model's outputs
 */
export function expectedAccuracy(logit: number, model: number): number {
  const { offset, logit: byLogit, model: byModel } = EXPECTED_ACCURACY_WEIGHTS;
  return 1 / (1 + Math.exp(-(offset + byLogit * logit + byModel * model)));
}

/** The skewness at which a logit's expected accuracy is `accuracy`. @param model as in {@link expectedAccuracy} */
export function skewnessFor(accuracy: number, model: number): number {
  const { offset, logit: byLogit, model: byModel } = EXPECTED_ACCURACY_WEIGHTS;
  return (Math.log(accuracy / (1 - accuracy)) - offset - byModel * model) / byLogit;
}
