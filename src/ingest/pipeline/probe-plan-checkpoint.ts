import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeFileAtomically } from '../../lib/atomic-file.js';
import type { ProbePlan } from '../../probing/index.js';
import type { ProbeBudget } from './probing-work.js';
import { workPath } from './work-folder.js';

const decisionSchema = z.object({
  budget: z.number(),
  errorBound: z.number(),
  /** Absent in files of an earlier release, which always ended with the budget. */
  errorFactor: z.number().default(0),
  /** SHA-256 of the prior's file. */
  prior: z.string(),
});

/** The budget and prior that an ingest's probes are chosen with. */
export type PlanDecision = z.infer<typeof decisionSchema>;

/**
 * Keeps the probe plan of one ingest until it ends. An attempt that continues a killed one must make the same choices,
 * although the gallery may have learned more and the settings may have changed meanwhile. So the prior is copied, and the
 * decision is written after it.
 */
export class ProbePlanCheckpoint {
  private readonly priorPath: string;
  private readonly decisionPath: string;

  constructor(folder: string, identity: unknown) {
    this.priorPath = workPath(folder, identity, '.prior');
    this.decisionPath = workPath(folder, identity, '.plan');
  }

  /** The decision of an earlier attempt; null when there was none, or it ran all probes. */
  async read(): Promise<PlanDecision | null> {
    const text = await readFile(this.decisionPath, 'utf8').catch(() => null);
    return text === null ? null : decisionSchema.parse(JSON.parse(text));
  }

  /** @param priorPath copied, because the file may be replaced at any time */
  async decide(priorPath: string, { budget, errorBound, errorFactor }: ProbeBudget): Promise<PlanDecision> {
    await writeFileAtomically(this.priorPath, createReadStream(priorPath));
    const decision = { budget, errorBound, errorFactor, prior: await digestOf(this.priorPath) };
    await writeFileAtomically(this.decisionPath, JSON.stringify(decision));
    return decision;
  }

  planOf({ budget, errorBound, errorFactor }: PlanDecision): ProbePlan {
    return { priorPath: this.priorPath, budget, errorBound, errorFactor };
  }
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
