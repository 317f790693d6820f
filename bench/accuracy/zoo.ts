import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { looksLikeProbabilities, type Matrix, probabilitiesToLogits } from '../../src/domain/index.js';
import { parsePreprocessing, probeModel } from '../../src/probing/index.js';
import type { HubModel } from './hub-model.js';

const entrySchema = z.object({
  name: z.string(),
  file: z.string(),
  labels: z.string().nullish(),
  preprocessing: z.unknown(),
});

/** A real ONNX classifier of the hub. */
export type ZooEntry = z.infer<typeof entrySchema>;

const LIMITS = { memoryBytes: 4 * 2 ** 30, stallMs: 120_000, maxModelBytes: 2 ** 30 };

export function readZoo(path: string): ZooEntry[] {
  return z.array(entrySchema).parse(JSON.parse(readFileSync(path, 'utf8')));
}

/** One label for each output; null for an undocumented model. */
export function zooLabels(folder: string, { labels }: ZooEntry): string[] | null {
  if (!labels) return null;
  return z.array(z.string()).parse(JSON.parse(readFileSync(join(folder, 'onnx', labels), 'utf8')));
}

/** Runs a model on images through the product's own probing; an undocumented one has empty labels. */
export async function probeZooModel(
  folder: string,
  entry: ZooEntry,
  images: string[],
): Promise<{ model: HubModel; raw: Matrix }> {
  const batches: Float32Array[] = [];
  await probeModel({
    modelFile: join(folder, 'onnx', entry.file),
    preprocessing: parsePreprocessing(entry.preprocessing),
    probes: images.map((path) => ({
      path,
      digest: createHash('sha256').update(readFileSync(path)).digest('hex'),
    })),
    cacheFolder: join(tmpdir(), 'probelog-accuracy-pixels'),
    limits: LIMITS,
    onBatch(_probes, responses) {
      batches.push(responses.slice());
    },
  });
  const outputs = batches.reduce((sum, { length }) => sum + length, 0) / images.length;
  const data = new Float32Array(outputs * images.length);
  let probe = 0;
  for (const batch of batches) {
    for (let offset = 0; offset < batch.length; offset += outputs, probe++)
      for (let output = 0; output < outputs; output++)
        data[output * images.length + probe] = batch[offset + output];
  }
  const labels = zooLabels(folder, entry);
  const logits = Array.from({ length: outputs }, (_, output) => {
    const label = labels?.[output] ?? '';
    return { wnid: label, label };
  });
  const given: Matrix = { rows: outputs, columns: images.length, data };
  return {
    model: { id: entry.name, backbone: entry.name, firstRow: 0, logits },
    raw: looksLikeProbabilities(given) ? probabilitiesToLogits(given).logits : given,
  };
}
