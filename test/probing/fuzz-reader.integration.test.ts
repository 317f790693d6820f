import { readFile } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { FLOAT } from './support/encode-onnx.js';
import { hidingPlaces, tensorWith } from './support/hostile-models.js';

const MEGABYTES = 256;

async function ends(files: Uint8Array[], mutations: number, seed: number): Promise<Record<string, number>> {
  const worker = new Worker(new URL('./support/fuzz-reader.mjs', import.meta.url), {
    workerData: { files, mutations, seed },
    // A file that makes the reader collect without end ends the thread, and the test.
    resourceLimits: { maxOldGenerationSizeMb: MEGABYTES, stackSizeMb: 2 },
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => reject(new Error(`the thread ended with code ${code}`)));
  });
}

/** Every end of a mutation is a verdict, and some of every kind are there. */
function expectVerdicts(found: Record<string, number>, mutations: number): void {
  expect(Object.keys(found).filter((end) => !/^(accepted|MODEL_[A-Z_]+)$/.test(end))).toEqual([]);
  expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(mutations);
  expect(Object.keys(found)).toEqual(
    expect.arrayContaining(['accepted', 'MODEL_NOT_ONNX', 'MODEL_TRUNCATED', 'MODEL_MALFORMED']),
  );
}

it('mutations of small models with everything in them end in a verdict', async () => {
  const fine = tensorWith([1], FLOAT, [[9, new Uint8Array(4)]]);
  const files = hidingPlaces(fine).map(([, , file]) => file);
  expectVerdicts(await ends(files, 20_000, 1), 20_000);
});

it('mutations of a real model end in a verdict', async () => {
  const file = await readFile(new URL('../../demo/models/mlperf_tiny_resnet.onnx', import.meta.url));
  expectVerdicts(await ends([file], 3_000, 2), 3_000);
});
