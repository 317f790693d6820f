import { EXIT } from '../exit-codes.js';
import type { IngestOutcome } from '../run-ingests.js';
import { type FormatFlags, printRows } from './formats.js';

/** Prints how each model fared; one that did not succeed sets the exit status. */
export function printOutcomes(outcomes: IngestOutcome[], formats: FormatFlags): void {
  printRows(outcomes, COLUMNS, formats);
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
