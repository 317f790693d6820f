import type { Command } from 'commander';
import type { ProbingRequest } from '../../ingest/index.js';
import { numberFlag } from './numbers.js';

/** The flags that say on how many of the probes a model is run. */
export interface ProbingFlags {
  budget?: string;
  errorBound?: string;
  errorFactor?: string;
  full?: boolean;
}

export function withProbingOptions(command: Command): Command {
  return command
    .option(
      '--budget <share>',
      'share of the probes to run, 0.02 to 1, once the gallery has a prior (default: PROBELOG_PROBING_BUDGET)',
    )
    .option(
      '--error-bound <x>',
      'stop earlier when the expected error falls to this, 0 to 1 (default: PROBELOG_PROBING_ERROR_BOUND)',
    )
    .option(
      '--error-factor <x>',
      "run all probes when the expected error after the budget is more than x times the gallery's, 0 to 100 (default: PROBELOG_PROBING_ERROR_FACTOR; 0 with --budget or --error-bound)",
    )
    .option('--full', 'run every probe');
}

/**
 * The flags as a request; undefined when none is given, so that the settings decide. They are checked before anything is opened.
 *
 * @throws ProbelogError INPUT_INVALID
 */
export async function probingRequest(flags: ProbingFlags): Promise<ProbingRequest | undefined> {
  const { budget, errorBound, errorFactor, full } = flags;
  if ([budget, errorBound, errorFactor, full].every((flag) => flag === undefined)) return undefined;
  const { validateProbing } = await import('../../ingest/index.js');
  return validateProbing({
    budget: numberFlag('--budget', budget),
    errorBound: numberFlag('--error-bound', errorBound),
    errorFactor: numberFlag('--error-factor', errorFactor),
    full,
  });
}
