import type { Command } from 'commander';
import type { ProbingRequest } from '../../ingest/index.js';
import { load } from '../lazy-load.js';
import { numberFlag } from './number-flag.js';

/** What the command line may say about how much of the probe set a model is shown. */
export interface ProbingFlags {
  budget?: string;
  errorBound?: string;
  errorFactor?: string;
  full?: boolean;
}

/** Adds these flags to a command that probes models. */
export function withProbingFlags(command: Command): Command {
  return command
    .option(
      '--budget <share>',
      'share of the probes to run, 0.02 to 1, once the gallery has earned it (default: PROBELOG_PROBING_BUDGET)',
    )
    .option(
      '--error-bound <x>',
      'stop before that when the expected error falls to this, 0 to 1 (default: PROBELOG_PROBING_ERROR_BOUND)',
    )
    .option(
      '--error-factor <x>',
      "run all probes when the expected error after the budget is above x times the gallery's own, 0 to 100 (default: PROBELOG_PROBING_ERROR_FACTOR; 0 with --budget or --error-bound)",
    )
    .option('--full', 'run every probe');
}

/**
 * What the flags ask for; undefined when the settings shall decide. They are checked here, before anything is opened.
 *
 * @throws ProbelogError INPUT_INVALID
 */
export async function probingRequest(flags: ProbingFlags): Promise<ProbingRequest | undefined> {
  const { budget, errorBound, errorFactor, full } = flags;
  if ([budget, errorBound, errorFactor, full].every((flag) => flag === undefined)) return undefined;
  const validateProbing = await load(async () => (await import('../../ingest/index.js')).validateProbing);
  return validateProbing({
    budget: numberFlag('--budget', budget),
    errorBound: numberFlag('--error-bound', errorBound),
    errorFactor: numberFlag('--error-factor', errorFactor),
    full,
  });
}
