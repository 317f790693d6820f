import { note } from '../../../lib/notes.js';
import type { ProbeJob } from '../../protocol.js';

/** The probes of a run, in rounds. */
export interface ProbeRounds {
  /** Expected number of probes with responses at the end, including those of an interrupted run. */
  readonly expectedProbes: number;
  /** Whether this is a single round of all probes. */
  whole: boolean;
  /** Notes for `ModelInspection.notes`. */
  notes: string[];
  /** The probes of the next round, ascending; null after the last one. */
  next(): Promise<Uint32Array | null>;
  /** Adds the responses to some probes of the round. */
  add(probes: Uint32Array, responses: Float32Array): void;
  /** Number of chosen rounds, and the time it took to choose them. */
  choices(): { rounds: number; milliseconds: number };
}

/**
 * A single round of the given probes.
 *
 * @param probes ascending
 * @param all number of probes in the set
 */
export function singleRound(probes: Uint32Array, all: number, notes: string[] = []): ProbeRounds {
  let next: Uint32Array | null = probes.length > 0 ? probes : null;
  return {
    expectedProbes: all,
    whole: probes.length === all,
    notes,
    async next() {
      const round = next;
      next = null;
      return round;
    },
    add: () => undefined,
    choices: () => ({ rounds: 0, milliseconds: 0 }),
  };
}

/**
 * Opens the rounds of a job: chosen ones if it has a plan; otherwise, or if the prior cannot be used, all probes that were
 * not run yet.
 *
 * @param settled see `chosenRounds`
 */
export async function openRounds(
  { plan, probes, startAt, done }: Pick<ProbeJob, 'plan' | 'probes' | 'startAt' | 'done'>,
  settled: () => Promise<void>,
): Promise<ProbeRounds> {
  const all = Uint32Array.from(probes.keys());
  if (!plan) return singleRound(all.subarray(startAt), all.length);
  // Loaded on demand: a run of all probes does not need the mathematics.
  const { openChosenRounds } = await import('./chosen-rounds.js');
  const chosen = await openChosenRounds(plan, all.length, done, settled);
  if (chosen) return chosen;
  const known = new Set(done?.probes);
  return singleRound(
    all.filter((probe) => !known.has(probe)),
    all.length,
    [note('PROBES_ALL', 'The prior of this probe set cannot be used, so all probes were run.')],
  );
}
