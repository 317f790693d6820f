import type { ProbingRequest } from '../../ingest/index.js';
import type { ProbingInput } from '../schema/inputs.js';

/** What a caller says about probing, as the ingest takes it: null in GraphQL is the same as absent. */
export function probingRequest(input: ProbingInput | null | undefined): ProbingRequest | undefined {
  if (!input) return undefined;
  const { budget, errorBound, errorFactor, full } = input;
  return {
    budget: budget ?? undefined,
    errorBound: errorBound ?? undefined,
    errorFactor: errorFactor ?? undefined,
    full: full ?? undefined,
  };
}
