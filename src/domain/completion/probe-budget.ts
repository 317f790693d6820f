/** With less, every model is run on all probes. */
const MIN_LOGITS = 1_000;
const MIN_MODELS = 10;
/** More logits hardly improve the prior. */
const FULL_LOGITS = 4_000;

/**
 * The share of the probes that a new model is run on: 1 up to 1,000 logits of 10 fully probed models, then decreasing
 * linearly to `minBudget` at 4,000 logits (docs/collaborative-probing.md).
 *
 * @param minBudget (0, 1]
 */
export function probeBudget(fullyProbed: { models: number; logits: number }, minBudget: number): number {
  const { models, logits } = fullyProbed;
  if (models < MIN_MODELS || logits < MIN_LOGITS) return 1;
  const progress = Math.min(1, (logits - MIN_LOGITS) / (FULL_LOGITS - MIN_LOGITS));
  return minBudget + (1 - progress) * (1 - minBudget);
}

/** Every tenth model is run on all probes, so that the basis and the prior keep learning. */
const TRAINING_EVERY = 10;

/** Whether a model is one of those, always the same for the same model. @param modelId a UUID */
export function isTrainingModel(modelId: string): boolean {
  return Number.parseInt(modelId.slice(-8), 16) % TRAINING_EVERY === 0;
}
