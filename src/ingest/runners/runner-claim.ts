import { ProbelogError } from '../../errors/index.js';
import type { Claim } from '../../store/index.js';

/** How long a runner's claim lasts without renewal. Runners are on other machines, so it is longer than that of a worker. */
export const RUNNER_LEASE_MS = 60_000;

const WORKER = /^runner:([0-9a-f-]{36})$/;

/** The name of a runner among the workers of ingests. */
export function workerOf(runnerId: string): string {
  return `runner:${runnerId}`;
}

/** The runner that has a claim; null when a worker of ours has it. */
export function runnerOf({ worker }: Pick<Claim, 'worker'>): string | null {
  return WORKER.exec(worker)?.[1] ?? null;
}

/** Which attempt of which ingest a runner works on: what the id of its claim says. */
export interface RunnerClaimKey {
  ingestId: string;
  attempt: number;
}

export function claimLost(): ProbelogError {
  return new ProbelogError(
    'RUNNER_CLAIM_LOST',
    'The claim has ended: the ingest was cancelled or replaced, or the claim was not renewed in time. Stop working on it, and claim again.',
  );
}
