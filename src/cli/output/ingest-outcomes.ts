import { EXIT } from '../exit-codes.js';
import type { IngestOutcome } from '../run-ingests.js';
import { table } from './table.js';

/** Prints how each model fared; one that did not succeed sets the exit status. */
export function printOutcomes(outcomes: IngestOutcome[], json: boolean | undefined): void {
  process.stdout.write(json ? `${JSON.stringify(outcomes, null, 2)}\n` : `${table(outcomes, COLUMNS)}\n`);
  if (outcomes.some(({ state }) => state !== 'SUCCEEDED')) process.exitCode = EXIT.failed;
}

const COLUMNS = {
  name: 'MODEL',
  version: 'VERSION',
  state: 'STATE',
  logits: 'LOGITS',
  seconds: 'SECONDS',
  peakMemoryMiB: 'PEAK MIB',
  code: 'ERROR',
};
