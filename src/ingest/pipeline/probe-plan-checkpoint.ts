import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, open, readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { ProbePlan } from '../../probing/index.js';
import type { ProbeBudget } from './probe-budget.js';
import { workPath } from './work-folder.js';

const decisionSchema = z.object({
  budget: z.number(),
  errorBound: z.number(),
  /** Absent when an earlier version decided, which ended with the budget. */
  errorFactor: z.number().default(0),
  prior: z.string(),
});

/** What was decided about an ingest's probes; `prior` is the SHA-256 of the prior's file. */
export type PlanDecision = z.infer<typeof decisionSchema>;

/**
 * The plan of one ingest, kept until the ingest ends: an attempt that goes on where another was killed must make the
 * same choices, though the gallery may have learned more and the settings may have changed meanwhile. So the prior is
 * copied, and what was decided is written down after it.
 */
export class ProbePlanCheckpoint {
  private readonly priorPath: string;
  private readonly decisionPath: string;

  constructor(folder: string, identity: unknown) {
    this.priorPath = workPath(folder, identity, '.prior');
    this.decisionPath = workPath(folder, identity, '.plan');
  }

  /** What an earlier attempt decided; null when there was none, or it chose no probes. */
  async read(): Promise<PlanDecision | null> {
    const text = await readFile(this.decisionPath, 'utf8').catch(() => null);
    return text === null ? null : decisionSchema.parse(JSON.parse(text));
  }

  /**
   * Decides.
   *
   * @param priorPath copied, since it may be replaced at any time
   */
  async decide(priorPath: string, { budget, errorBound, errorFactor }: ProbeBudget): Promise<PlanDecision> {
    await whole(this.priorPath, (path) => copyFile(priorPath, path));
    const decision = { budget, errorBound, errorFactor, prior: await digestOf(this.priorPath) };
    await whole(this.decisionPath, (path) => writeFile(path, JSON.stringify(decision)));
    return decision;
  }

  planOf({ budget, errorBound, errorFactor }: PlanDecision): ProbePlan {
    return { priorPath: this.priorPath, budget, errorBound, errorFactor };
  }
}

/** Makes a file that is visible only when it is whole and on the disk. */
async function whole(path: string, make: (path: string) => Promise<void>): Promise<void> {
  const partial = `${path}.partial`;
  await make(partial);
  const file = await open(partial, 'r+');
  await file.sync().finally(() => file.close());
  await rename(partial, path);
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
