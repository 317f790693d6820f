import { mkdir, rm } from 'node:fs/promises';
import { probeBudget } from '../../domain/index.js';
import { exists } from '../../lib/exists.js';
import type { ProbePlan } from '../../probing/index.js';
import type { ProbeBudget } from './probe-budget.js';
import { ProbePlanCheckpoint } from './probe-plan-checkpoint.js';
import { ResponseSpool } from './response-spool.js';
import { workPath } from './work-folder.js';

const SPOOL = '.responses';

/** What new models of a probe set are completed with. */
export interface UsablePrior {
  /** File of the `ResponsePrior`. */
  path: string;
  /** What it was learned from. */
  fullyProbed: { models: number; logits: number };
}

/** What an ingest has on disk while its model is probed, so that another attempt can go on with it. */
export interface ProbingWork {
  spool: ResponseSpool;
  /** null: all probes are run, in order. */
  plan: ProbePlan | null;
  /** Deletes everything that the ingest has, after the spool was closed. */
  discard(): Promise<void>;
}

/**
 * Takes up the work of an earlier attempt, or begins it.
 *
 * @param folder of the ingest
 * @param identity everything that the responses depend on but the plan, JSON-serializable
 * @param wanted null: all probes are to be run
 * @param prior of the probe set; null when there is none yet, or the model shall teach it
 */
export async function openProbingWork(
  folder: string,
  identity: object,
  wanted: ProbeBudget | null,
  prior: () => Promise<UsablePrior | null>,
): Promise<ProbingWork> {
  await mkdir(folder, { recursive: true });
  const kept = new ProbePlanCheckpoint(folder, identity);
  const inOrder = workPath(folder, identity, SPOOL);
  let decision = await kept.read();
  // An attempt that began with all probes goes on with them, whatever could be chosen by now.
  if (!decision && wanted && !(await exists(inOrder))) {
    const usable = await prior();
    const budget = usable && probeBudget(usable.fullyProbed, wanted.budget);
    if (usable && budget !== null && (budget < 1 || wanted.errorBound > 0))
      decision = await kept.decide(usable.path, { ...wanted, budget });
  }
  const path = decision ? workPath(folder, { ...identity, plan: decision }, SPOOL) : inOrder;
  const spool = await ResponseSpool.open(path);
  return {
    spool,
    plan: decision && kept.planOf(decision),
    async discard() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}
