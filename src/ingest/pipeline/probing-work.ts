import { mkdir } from 'node:fs/promises';
import { probeBudget } from '../../domain/index.js';
import { exists } from '../../lib/exists.js';
import type { ProbePlan } from '../../probing/index.js';
import type { IngestRequest } from '../queue/ingest-request.js';
import { type PlanDecision, ProbePlanCheckpoint } from './probe-plan-checkpoint.js';
import { ResponseSpool } from './response-spool.js';
import { discardWork, workPath } from './work-folder.js';

const SPOOL = '.responses';

/** How much of the probe set a model is run on when its probes are chosen. */
export interface ProbeBudget {
  /** Share of the probes that a model is run on once the gallery has earned it, 0.02..1. */
  budget: number;
  /** Probing ends sooner, when the expected error of the model's logits falls to this, 0..1; 0: never. */
  errorBound: number;
  /** After the budget all probes are run if the expected error is more than this many times the gallery's own, 0..100; 0: never. */
  errorFactor: number;
}

/** A prior that new models of a probe set are completed with. */
export interface UsablePrior {
  /** File of the `ResponsePrior`. */
  path: string;
  /** The fully probed models that it was fitted to. */
  fullyProbed: { models: number; logits: number };
}

/** An ingest's files while its model is probed. The next attempt continues with them. */
export interface ProbingWork {
  spool: ResponseSpool;
  /** null: all probes are run, in order. */
  plan: ProbePlan | null;
  /** Deletes all files of the ingest. Close the spool first. */
  discard(): Promise<void>;
}

/**
 * The budget of a request, with the settings for absent fields; null when all probes are to be run. A request that names a
 * budget or a bound is not subject to the settings' error factor.
 */
export function requestedBudget(
  { probing }: Pick<IngestRequest, 'probing'>,
  settings: ProbeBudget,
): ProbeBudget | null {
  const budget = probing?.budget ?? settings.budget;
  const errorBound = probing?.errorBound ?? settings.errorBound;
  const isNamed = probing?.budget !== undefined || probing?.errorBound !== undefined;
  const errorFactor = probing?.errorFactor ?? (isNamed ? 0 : settings.errorFactor);
  const isPartial = probing?.full !== true && (budget < 1 || errorBound > 0);
  return isPartial ? { budget, errorBound, errorFactor } : null;
}

/**
 * Continues the work of an earlier attempt, or begins it.
 *
 * @param folder of the ingest
 * @param identity everything that the responses depend on except the probe plan, JSON-serializable
 * @param budget null: run all probes
 * @param prior of the probe set; null when there is none yet, or the model shall teach it
 */
export async function openProbingWork(
  folder: string,
  identity: object,
  budget: ProbeBudget | null,
  prior: () => Promise<UsablePrior | null>,
): Promise<ProbingWork> {
  await mkdir(folder, { recursive: true });
  const inOrder = workPath(folder, identity, SPOOL);
  // An attempt that began with all probes continues with all, even if a prior exists now.
  const decided = await decidePlan(folder, identity, (await exists(inOrder)) ? null : budget, prior);
  const path = decided ? workPath(folder, { ...identity, plan: decided.decision }, SPOOL) : inOrder;
  const spool = await ResponseSpool.open(path);
  return {
    spool,
    plan: decided?.plan ?? null,
    discard: () => discardWork(folder),
  };
}

/**
 * The probe plan of an earlier attempt, or a new one where the gallery has earned it; null: all probes are run.
 *
 * @param budget null: no new plan is made
 */
export async function decidePlan(
  folder: string,
  identity: object,
  budget: ProbeBudget | null,
  prior: () => Promise<UsablePrior | null>,
): Promise<{ decision: PlanDecision; plan: ProbePlan } | null> {
  const checkpoint = new ProbePlanCheckpoint(folder, identity);
  const decision = (await checkpoint.read()) ?? (await newDecision());
  return decision && { decision, plan: checkpoint.planOf(decision) };

  async function newDecision(): Promise<PlanDecision | null> {
    const usable = budget && (await prior());
    if (!usable) return null;
    const earned = probeBudget(usable.fullyProbed, budget.budget);
    if (earned === 1 && budget.errorBound === 0) return null;
    return checkpoint.decide(usable.path, { ...budget, budget: earned });
  }
}
