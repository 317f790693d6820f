import { readFile } from 'node:fs/promises';
import { decodePrior, ProbeChooser } from '../../../domain/index.js';
import type { DoneProbes, ProbePlan } from '../../probe-input.js';
import { chosenRounds } from './chosen-rounds.js';
import type { ProbeRounds } from './probe-rounds.js';

/**
 * The rounds of a plan.
 *
 * @param probes P
 * @returns null when the prior is missing, damaged or about another number of probes
 */
export async function openChosenRounds(
  { priorPath, ...options }: ProbePlan,
  probes: number,
  done: DoneProbes | null,
  settled: () => Promise<void>,
): Promise<ProbeRounds | null> {
  try {
    const prior = decodePrior(await readFile(priorPath));
    if (prior.probes !== probes) return null;
    const chooser = new ProbeChooser(prior, options);
    const first = chooser.next(new Uint32Array(), new Float32Array());
    return first && chosenRounds(chooser, first, done, settled);
  } catch {
    return null;
  }
}
