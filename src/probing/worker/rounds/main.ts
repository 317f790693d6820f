import { serveThread } from '../../../lib/worker-calls.js';
import type { DoneProbes, ProbePlan } from '../../protocol.js';
import { openRounds } from './probe-rounds.js';

serveThread({ next });

async function next(plan: ProbePlan, probes: number, done: DoneProbes | null): Promise<Uint32Array | null> {
  const all = Array.from({ length: probes }, () => ({ digest: '', path: '' }));
  const rounds = await openRounds({ plan, probes: all, startAt: 0, done }, async () => undefined);
  return rounds.next();
}
