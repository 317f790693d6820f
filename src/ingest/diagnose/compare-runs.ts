import { type Matrix, nearestProbes, neighborAgreement, responseSpread } from '../../domain/index.js';

/** Figures of one run. */
export interface RunQuality {
  /** See `responseSpread`. */
  spread: number;
  /** See `neighborAgreement`. */
  agreement: number;
}

/** The method of the comparing thread. */
export interface CompareCalls {
  compare(embeddings: Matrix, runs: Matrix[]): RunQuality[];
}

/** @param embeddings P unit rows @param runs C × P each */
export function compareRuns(embeddings: Matrix, runs: readonly Matrix[]): RunQuality[] {
  const neighbors = nearestProbes(embeddings);
  return runs.map((responses) => ({
    spread: responseSpread(responses),
    agreement: neighborAgreement(responses, neighbors),
  }));
}
