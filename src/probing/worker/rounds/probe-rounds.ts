import type { ProbeJob } from '../../protocol.js';

/** Which probes a run shows its model, round after round. */
export interface ProbeRounds {
  /** Probes that have responses in the end, those of an interrupted run included, as far as is known by now. */
  readonly expectedProbes: number;
  /** Whether it is one round of all probes. */
  whole: boolean;
  /** What the caller should know. */
  notes: string[];
  /** The probes of the next round, ascending; null when enough was run. */
  next(): Promise<Uint32Array | null>;
  /** Takes what the model answered to some probes of the round. */
  add(probes: Uint32Array, responses: Float32Array): void;
  /** How many rounds were chosen, and how long that took. */
  choices(): { rounds: number; milliseconds: number };
}

/**
 * One round of given probes.
 *
 * @param probes ascending
 * @param all how many the probe set has
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
  const { openChosenRounds } = await import('./chosen-rounds.js');
  const chosen = await openChosenRounds(plan, all.length, done, settled);
  if (chosen) return chosen;
  const known = new Set(done?.probes);
  return singleRound(
    all.filter((probe) => !known.has(probe)),
    all.length,
    ['What was learned about this probe set cannot be used, so all probes were run.'],
  );
}
