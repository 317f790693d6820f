import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  columnsOf,
  looksLikeProbabilities,
  type Matrix,
  probabilitiesToLogits,
  transpose,
} from '../../../src/domain/index.js';
import { spreadColumns } from '../../../src/ingest/pipeline/assemble/assemble-responses.js';
import {
  type ProbeFile,
  type ProbePlan,
  type ProbeRun,
  parsePreprocessing,
  probeModel,
} from '../../../src/probing/index.js';

const LIMITS = { memoryBytes: 4 * 2 ** 30, stallMs: 120_000, maxModelBytes: 2 ** 30, maxOutputs: 100_000 };

/** A model's file in the zoo, and how images are given to it. */
interface ZooFile {
  file: string;
  preprocessing: unknown;
}

/** What a model of the zoo answered. */
export interface ZooRun extends Pick<ProbeRun, 'choosingMs' | 'rounds'> {
  /** C × P logits; NaN where a probe was not run. */
  raw: Matrix;
  probesRun: number;
}

/** Images as probes. */
export function probeFiles(images: string[]): ProbeFile[] {
  return images.map((path) => ({
    path,
    digest: createHash('sha256').update(readFileSync(path)).digest('hex'),
  }));
}

/**
 * Runs a model of the zoo through the product's own probing, in a process of its own.
 *
 * @param folder the hub's
 * @param plan null: on all probes
 */
export async function runZooModel(
  folder: string,
  entry: ZooFile,
  probes: ProbeFile[],
  cacheFolder: string,
  plan: ProbePlan | null = null,
): Promise<ZooRun> {
  const order: number[] = [];
  const batches: Float32Array[] = [];
  const { choosingMs, rounds } = await probeModel({
    modelFile: join(folder, 'onnx', entry.file),
    preprocessing: parsePreprocessing(entry.preprocessing),
    probes,
    cacheFolder,
    limits: LIMITS,
    plan,
    onBatch(run, responses) {
      order.push(...run);
      batches.push(responses.slice());
    },
  });
  const outputs = batches.reduce((sum, { length }) => sum + length, 0) / order.length;
  const data = new Float32Array(order.length * outputs);
  let offset = 0;
  for (const batch of batches) {
    data.set(batch, offset);
    offset += batch.length;
  }
  const places = Uint32Array.from(order.keys()).sort((a, b) => order[a] - order[b]);
  const given = columnsOf(transpose({ rows: order.length, columns: outputs, data }), places);
  const logits = looksLikeProbabilities(given) ? probabilitiesToLogits(given).logits : given;
  return {
    raw: spreadColumns(logits, Uint32Array.from(order).sort(), probes.length),
    probesRun: order.length,
    choosingMs,
    rounds,
  };
}
