import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { looksLikeProbabilities } from '../../src/domain/index.js';
import { type ProbeFile, parsePreprocessing } from '../../src/probing/index.js';
import { decodePixels } from '../../src/probing/worker/images/decode-pixels.js';
import { frameOf } from '../../src/probing/worker/images/pixels.js';
import { probeFile, runModel, temporaryFolder } from './support/run-model.js';

const MODELS = fileURLToPath(new URL('../../demo/models/', import.meta.url));
const PROBES = fileURLToPath(new URL('../../demo/probes/', import.meta.url));
const MANIFEST: { name: string; file: string; outputKind: string; preprocessing: unknown }[] = JSON.parse(
  readFileSync(join(MODELS, 'manifest.json'), 'utf8'),
);

let probes: ProbeFile[];

beforeAll(async () => {
  const names = readdirSync(PROBES)
    .filter((name) => /\.(jpg|png)$/.test(name))
    .sort()
    .slice(0, 37);
  probes = await Promise.all(names.map((name) => probeFile(join(PROBES, name))));
});

function entry(name: string) {
  const found = MANIFEST.find((model) => model.name === name);
  if (!found) throw new Error(`the demo lacks ${name}`);
  return { file: join(MODELS, found.file), preprocessing: parsePreprocessing(found.preprocessing) };
}

describe('the demo’s models', () => {
  it.each(MANIFEST.map(({ name, outputKind }) => [name, outputKind]))(
    '%s, which ends in %s, gives logits',
    async (name) => {
      const { file, preprocessing } = entry(name);
      const { rows, inspected } = await runModel(file, probes, { preprocessing });
      const labels = JSON.parse(await readFile(file.replace('.onnx', '.labels.json'), 'utf8'));
      expect(inspected.responseKind).toBe('LOGITS');
      expect(inspected.output.outputs).toBe(labels.length);
      expect(rows).toHaveLength(probes.length);
      const columns = rows.length;
      const data = Float32Array.from(labels.flatMap((_: string, c: number) => rows.map((row) => row[c])));
      expect(looksLikeProbabilities({ rows: labels.length, columns, data })).toBe(false);
    },
  );

  it('answer as ONNX Runtime does when it is called by hand', async () => {
    const { file, preprocessing } = entry('mobilenet_v1_0.25_128');
    const { rows, inspected } = await runModel(file, probes.slice(0, 9), { preprocessing });
    const session = await InferenceSession.create(file);
    for (const [i, row] of rows.entries()) {
      const pixels = await decodePixels(probes[i].path, frameOf(inspected.preprocessing));
      const input = new Float32Array(3 * 128 * 128);
      for (let p = 0; p < 128 * 128; p++)
        for (let c = 0; c < 3; c++) input[c * 128 * 128 + p] = (pixels[p * 3 + c] / 255 - 0.5) / 0.5;
      const { output } = await session.run({ input: new Tensor('float32', input, [1, 3, 128, 128]) });
      const exponentials = row.map((x) => Math.exp(x));
      const sum = exponentials.reduce((a, b) => a + b);
      for (const [c, p] of [...(output.data as Float32Array)].entries())
        expect(exponentials[c] / sum).toBeCloseTo(p, 4);
    }
  });

  it('answer the same from the pixel cache', async () => {
    const { file, preprocessing } = entry('cifar10_resnet20');
    const cacheFolder = await temporaryFolder();
    const cold = await runModel(file, probes, { preprocessing, cacheFolder });
    const warm = await runModel(file, probes, { preprocessing, cacheFolder });
    const other = entry('mlperf_tiny_resnet');
    const shared = await runModel(other.file, probes, { preprocessing: other.preprocessing, cacheFolder });
    expect([cold.pixelsCached, warm.pixelsCached, shared.pixelsCached]).toEqual([false, true, true]);
    expect(warm.rows).toEqual(cold.rows);
    const resumed = await runModel(file, probes, { preprocessing, cacheFolder, startAt: 33 });
    expect(resumed.rows).toEqual(cold.rows.slice(33));
  });
});
