import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect } from 'vitest';
import {
  type ModelInspection,
  type ProbeFile,
  type ProbeModelOptions,
  type ProbeRun,
  probeModel,
} from '../../../src/probing/index.js';

export type Color = [red: number, green: number, blue: number];

/** Enough for everything that ends well. */
export const LIMITS = { memoryBytes: 2 ** 32, stallMs: 60_000, maxModelBytes: 2 ** 31, maxOutputs: 100_000 };

export const COLORS: Color[] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [10, 200, 90],
  [128, 128, 128],
];

/** One plain image per color. */
export async function plainProbes(colors: Color[] = COLORS, width = 20, height = 12): Promise<ProbeFile[]> {
  const folder = await temporaryFolder();
  return Promise.all(
    colors.map(async ([r, g, b], i) => {
      const path = join(folder, `${i}.png`);
      await sharp({ create: { width, height, channels: 3, background: { r, g, b } } })
        .png()
        .toFile(path);
      return probeFile(path);
    }),
  );
}

export async function probeFile(path: string): Promise<ProbeFile> {
  return {
    path,
    digest: createHash('sha256')
      .update(await readFile(path))
      .digest('hex'),
  };
}

export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'probelog-test-'));
}

/** The result of a run: one row of responses per probe. */
export interface Ran extends ProbeRun {
  rows: number[][];
  /** The probe of each row. */
  probes: number[];
  firsts: number[];
  most: number;
  announced: ModelInspection | null;
}

/** Runs a model given as bytes, or as the path of its file, with plain preprocessing (value = pixel / 255). */
export async function runModel(
  model: Uint8Array | string,
  probes: ProbeFile[],
  options: Partial<ProbeModelOptions> = {},
): Promise<Ran> {
  const modelFile = typeof model === 'string' ? model : join(await temporaryFolder(), `${randomUUID()}.onnx`);
  if (typeof model !== 'string') await writeFile(modelFile, model);
  const rows: number[][] = [];
  const ran: number[] = [];
  const firsts: number[] = [];
  let most = 0;
  let announced: ModelInspection | null = null;
  const run = await probeModel({
    modelFile,
    preprocessing: { mean: [0], std: [1] },
    probes,
    limits: LIMITS,
    ...options,
    onInspected(inspected, expected) {
      announced = inspected;
      most = expected;
      return options.onInspected?.(inspected, expected);
    },
    async onBatch(batch, responses, most) {
      await options.onBatch?.(batch, responses, most);
      firsts.push(batch[0]);
      ran.push(...batch);
      const outputs = responses.length / batch.length;
      for (let i = 0; i < batch.length; i++)
        rows.push([...responses.subarray(i * outputs, (i + 1) * outputs)]);
    },
  });
  return { ...run, rows, probes: ran, firsts, most, announced };
}

/** The code that a promise is rejected with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (thrown) => thrown.code ?? String(thrown),
  );
}

/** @param digits after the point that must agree */
export function expectRows(rows: number[][], wanted: number[][], digits = 4): void {
  expect(rows.length).toBe(wanted.length);
  for (const [i, row] of rows.entries())
    for (const [c, x] of row.entries())
      expect(x, `probe ${i}, output ${c}`).toBeCloseTo(wanted[i][c], digits);
}
