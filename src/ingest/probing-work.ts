import { mkdir, stat } from 'node:fs/promises';
import type { ProbePlan } from '../probing/index.js';
import { KeptPlan } from './kept-plan.js';
import type { ProbeBudget } from './probe-budget.js';
import { ResponseSpool } from './response-spool.js';
import { workPath } from './work-path.js';

const SPOOL = '.responses';

/** What an ingest has on disk while its model is probed, so that another attempt can go on with it. */
export interface ProbingWork {
  spool: ResponseSpool;
  /** null: all probes are run, in order. */
  plan: ProbePlan | null;
  /** Deletes everything, after the spool was closed. */
  discard(): Promise<void>;
}

/**
 * Takes up the work of an earlier attempt, or begins it.
 *
 * @param identity everything that the responses depend on but the plan, JSON-serialisable
 * @param wanted null: all probes are to be run
 * @param prior path of the prior of the probe set; null when there is none yet
 */
export async function openProbingWork(
  folder: string,
  identity: object,
  wanted: ProbeBudget | null,
  prior: () => Promise<string | null>,
): Promise<ProbingWork> {
  await mkdir(folder, { recursive: true });
  const kept = new KeptPlan(folder, identity);
  const inOrder = workPath(folder, identity, SPOOL);
  let decision = await kept.read();
  // An attempt that began with all probes goes on with them, whatever could be chosen by now.
  if (!decision && wanted && !(await exists(inOrder))) {
    const priorPath = await prior();
    if (priorPath !== null) decision = await kept.decide(priorPath, wanted);
  }
  const path = decision ? workPath(folder, { ...identity, plan: decision }, SPOOL) : inOrder;
  const spool = await ResponseSpool.open(path);
  return {
    spool,
    plan: decision && kept.planOf(decision),
    async discard() {
      await spool.discard();
      await kept.discard();
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
