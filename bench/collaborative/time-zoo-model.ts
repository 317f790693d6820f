import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeDescriptors, type ResponsePrior } from '../../src/domain/index.js';
import type { ProbeFile, ProbePlan } from '../../src/probing/index.js';
import { runZooModel, type ZooRun } from '../accuracy/data/run-zoo-model.js';
import type { ZooEntry } from '../accuracy/data/zoo.js';

/** What models are completed from, as it is and as the file that a model's process reads. */
export interface PriorOnDisk {
  prior: ResponsePrior;
  path: string;
}

/** Seconds end to end: with images that are decoded, and with pixels from the cache. */
export interface Seconds {
  cold: number;
  warm: number;
}

/** One model run in one way. */
export interface TimedRun {
  run: ZooRun;
  /** Choosing and completing included. */
  seconds: Seconds;
  completingMs: number;
}

/** How a model's probes are chosen. */
export type ZooPlan = Omit<ProbePlan, 'priorPath'>;

/**
 * Times a model on all probes and by each plan, each with a pixel cache of its own that its first run fills, in turns: a
 * slow minute of the machine hits all. The warm time is the median.
 *
 * @returns on all probes, then by each plan
 */
export async function timeZooModel(
  folder: string,
  entry: ZooEntry,
  probes: ProbeFile[],
  { prior, path }: PriorOnDisk,
  plans: ZooPlan[],
  warmRounds: number,
): Promise<TimedRun[]> {
  const caches = await mkdtemp(join(tmpdir(), 'probelog-zoo-'));
  const ways = [null, ...plans.map((plan): ProbePlan => ({ ...plan, priorPath: path }))];
  const timedRun = (way: number) =>
    timed(async () => {
      const run = await runZooModel(folder, entry, probes, join(caches, `${way}`), ways[way]);
      const { milliseconds } = await timed(() => completeDescriptors(run.raw, prior));
      return { run, completingMs: milliseconds };
    });
  try {
    const runs = ways.map((): Awaited<ReturnType<typeof timedRun>>[] => []);
    for (let round = 0; round <= warmRounds; round++)
      for (const [way, own] of runs.entries()) own.push(await timedRun(way));
    return runs.map((own) => ({
      run: own[0].value.run,
      seconds: secondsOf(own),
      completingMs: median(own.map(({ value }) => value.completingMs)),
    }));
  } finally {
    await rm(caches, { recursive: true, force: true });
  }
}

/** @param runs the first of them cold */
function secondsOf([cold, ...warm]: { milliseconds: number }[]): Seconds {
  return {
    cold: cold.milliseconds / 1000,
    warm: median(warm.map(({ milliseconds }) => milliseconds)) / 1000,
  };
}

async function timed<T>(work: () => T | Promise<T>): Promise<{ value: T; milliseconds: number }> {
  const started = performance.now();
  const value = await work();
  return { value, milliseconds: performance.now() - started };
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
