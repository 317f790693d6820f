/** Below this nothing is known well enough, and every model is run on all probes. */
const MIN_LOGITS = 1_000;
const MIN_MODELS = 10;
/** From here on the basis is as good as it gets. */
const FULL_LOGITS = 4_000;

/**
 * The share of the probes that a new model is run on: 1 while fewer than 1,000 logits of 10 models are fully probed,
 * then falling in a straight line to `least` at 4,000 logits.
 */
export function probeBudget(fullyProbed: { models: number; logits: number }, minBudget: number): number {
  const { models, logits } = fullyProbed;
  if (models < MIN_MODELS || logits < MIN_LOGITS) return 1;
  const progress = Math.min(1, (logits - MIN_LOGITS) / (FULL_LOGITS - MIN_LOGITS));
  return minBudget + (1 - progress) * (1 - minBudget);
}

/** Every tenth model is run on all probes whatever was earned, so that the basis goes on learning. */
const TRAINING_EVERY = 10;

/** Whether a model is one of those; the same answer for the same model for ever. @param modelId a UUID */
export function isTrainingModel(modelId: string): boolean {
  return Number.parseInt(modelId.slice(-8), 16) % TRAINING_EVERY === 0;
}
