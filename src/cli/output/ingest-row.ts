import { keyIn } from '../find.js';
import type { ListedIngestFragment as ListedIngest } from '../generated/operations.js';
import { runnerOf } from '../runner-of.js';

/** An ingest as a row of a table or of JSON. */
export function ingestRow(ingest: ListedIngest) {
  const { id, model, error, state, attempts, priority, nextAttemptAt, runnerFlavors } = ingest;
  return {
    id: keyIn(id),
    name: model.name,
    version: model.version,
    registry: model.registry,
    state,
    attempts,
    priority,
    nextAttemptAt,
    code: error?.code ?? null,
    message: error?.message ?? (state === 'AWAITING_RUNNER' ? runnerOf(runnerFlavors) : null),
    runnerFlavors,
  };
}

export const INGEST_COLUMNS = {
  id: 'ID',
  name: 'MODEL',
  version: 'VERSION',
  registry: 'REGISTRY',
  state: 'STATE',
  attempts: 'TRIED',
  code: 'ERROR',
  message: 'MESSAGE',
};
