import type { IngestRequest } from '../queue/ingest-request.js';

/** How much of the probe set a model is shown when its probes are chosen. */
export interface ProbeBudget {
  /** Share of the probes that a model is run on once the gallery has earned it, 0.02..1. */
  budget: number;
  /** Probing ends before that when the expected error of the model's logits falls to this, 0..1; 0: never. */
  errorBound: number;
  /** All probes are run when the expected error is above so many times the gallery's own after that, 0..100; 0: never. */
  errorFactor: number;
}

/**
 * What a request asks for, or else the settings; null when all probes are to be run anyway. Who names a budget or a bound
 * is not held to the settings' factor.
 */
export function probeBudget(
  { probing }: Pick<IngestRequest, 'probing'>,
  settings: ProbeBudget,
): ProbeBudget | null {
  const budget = probing?.budget ?? settings.budget;
  const errorBound = probing?.errorBound ?? settings.errorBound;
  const isNamed = probing?.budget !== undefined || probing?.errorBound !== undefined;
  const errorFactor = probing?.errorFactor ?? (isNamed ? 0 : settings.errorFactor);
  const chosen = probing?.full !== true && (budget < 1 || errorBound > 0);
  return chosen ? { budget, errorBound, errorFactor } : null;
}
