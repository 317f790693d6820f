import type { ProbeRounds } from './probe-rounds.js';

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
