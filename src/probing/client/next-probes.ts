import { compiledEntry } from '../../lib/compiled-entry.js';
import { callInThread } from '../../lib/worker-calls.js';
import type { DoneProbes, ProbePlan } from '../protocol.js';

/** The method of the choosing thread. */
export interface ChooseCalls {
  next(plan: ProbePlan, probes: number, done: DoneProbes | null): Promise<Uint32Array | null>;
}

const ENTRY = compiledEntry(import.meta.url, '../worker/rounds/main.js');

/**
 * The probes that a plan runs next, for a model that is run elsewhere: the same choice as for one that is run here. A thread
 * makes it, since it computes for up to seconds.
 *
 * @param probes P
 * @param done all responses so far; null before the first
 * @returns null after the last round; all other probes when the prior cannot be used
 */
export function nextProbes(
  plan: ProbePlan,
  probes: number,
  done: DoneProbes | null,
): Promise<Uint32Array | null> {
  return callInThread<ChooseCalls>(ENTRY, 'next', [plan, probes, done]);
}
