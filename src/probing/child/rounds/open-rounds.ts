import { readFile } from 'node:fs/promises';
import { decodePrior, ProbeChooser } from '../../../domain/index.js';
import type { DoneProbes, ProbePlan } from '../../probe-input.js';
import type { ProbeJob } from '../../protocol.js';
import { chosenRounds } from './chosen-rounds.js';
import type { ProbeRounds } from './probe-rounds.js';
import { probesInOrder } from './probes-in-order.js';

/**
 * The rounds of a job: chosen ones when it has a plan; else, or when the prior cannot be used, all probes that are not
 * done yet.
 *
 * @param settled see `chosenRounds`
 */
export async function openRounds(
  { plan, probes, startAt, done }: Pick<ProbeJob, 'plan' | 'probes' | 'startAt' | 'done'>,
  settled: () => Promise<void>,
): Promise<ProbeRounds> {
  const all = Uint32Array.from(probes.keys());
  if (!plan) return probesInOrder(all.subarray(startAt), all.length);
  const chosen = await chosenBy(plan, all.length, done, settled);
  if (chosen) return chosen;
  const known = new Set(done?.probes);
  return probesInOrder(
    all.filter((probe) => !known.has(probe)),
    all.length,
    ['What was learnt about this probe set cannot be used, so all probes were run.'],
  );
}

/** null when the prior is missing, damaged or about another number of probes. */
async function chosenBy(
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
