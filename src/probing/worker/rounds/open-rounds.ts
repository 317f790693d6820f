import type { ProbeJob } from '../../protocol.js';
import type { ProbeRounds } from './probe-rounds.js';
import { singleRound } from './probes-in-order.js';

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
  if (!plan) return singleRound(all.subarray(startAt), all.length);
  // Loaded only here: a run of all probes needs no mathematics.
  const { openChosenRounds } = await import('./choose-by-prior.js');
  const chosen = await openChosenRounds(plan, all.length, done, settled);
  if (chosen) return chosen;
  const known = new Set(done?.probes);
  return singleRound(
    all.filter((probe) => !known.has(probe)),
    all.length,
    ['What was learned about this probe set cannot be used, so all probes were run.'],
  );
}
