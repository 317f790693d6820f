/** Below this nothing is known well enough, and every model is run on all probes. */
const FIRST_LOGITS = 1_000;
const FIRST_MODELS = 10;
/** From here on the basis is as good as it gets. */
const LAST_LOGITS = 4_000;

/**
 * The share of the probes that a new model is run on: 1 while fewer than 1,000 logits of 10 models are fully probed,
 * then falling in a straight line to `least` at 4,000 logits.
 */
export function earnedBudget(fullyProbed: { models: number; logits: number }, least: number): number {
  const { models, logits } = fullyProbed;
  if (models < FIRST_MODELS || logits < FIRST_LOGITS) return 1;
  const way = Math.min(1, (logits - FIRST_LOGITS) / (LAST_LOGITS - FIRST_LOGITS));
  return least + (1 - way) * (1 - least);
}

/** Every tenth model is run on all probes whatever was earned, so that the basis goes on learning. */
const TEACHING_EVERY = 10;

/** Whether a model is one of those; the same answer for the same model for ever. @param modelId a UUID */
export function teachesBasis(modelId: string): boolean {
  return Number.parseInt(modelId.slice(-8), 16) % TEACHING_EVERY === 0;
}
