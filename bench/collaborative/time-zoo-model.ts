import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeDescriptors, type ResponsePrior } from '../../src/domain/index.js';
import type { ProbeFile, ProbePlan } from '../../src/probing/index.js';
import { runZooModel, type ZooRun } from '../accuracy/run-zoo-model.js';
import type { ZooEntry } from '../accuracy/zoo.js';

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

/** One model on all probes, and on chosen ones. */
export interface TimedZooModel {
  full: ZooRun;
  partial: ZooRun;
  fullSeconds: Seconds;
  /** Choosing and completing included. */
  partialSeconds: Seconds;
  completingMs: number;
}

/**
 * Times both ways, each with a pixel cache of its own that its first run fills, in turns: a slow minute of the machine
 * hits both. The warm time is the median.
 */
export async function timeZooModel(
  folder: string,
  entry: ZooEntry,
  probes: ProbeFile[],
  { prior, path }: PriorOnDisk,
  options: Omit<ProbePlan, 'priorPath'>,
  warmRounds: number,
): Promise<TimedZooModel> {
  const caches = await mkdtemp(join(tmpdir(), 'probelog-zoo-'));
  const plan: ProbePlan = { priorPath: path, ...options };
  const run = (cache: string, chosen: ProbePlan | null) =>
    timed(async () => {
      const result = await runZooModel(folder, entry, probes, join(caches, cache), chosen);
      const { milliseconds } = await timed(() => completeDescriptors(result.raw, prior));
      return { ...result, completingMs: milliseconds };
    });
  try {
    const full = [await run('full', null)];
    const partial = [await run('partial', plan)];
    for (let round = 0; round < warmRounds; round++) {
      full.push(await run('full', null));
      partial.push(await run('partial', plan));
    }
    return {
      full: full[0].value,
      partial: partial[0].value,
      fullSeconds: secondsOf(full),
      partialSeconds: secondsOf(partial),
      completingMs: median(partial.map(({ value }) => value.completingMs)),
    };
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
