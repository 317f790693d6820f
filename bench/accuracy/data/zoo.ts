import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Matrix } from '../../../src/domain/index.js';
import type { HubModel } from './hub-model.js';
import { probeFiles, runZooModel } from './run-zoo-model.js';

const entrySchema = z.object({
  name: z.string(),
  file: z.string(),
  labels: z.string().nullish(),
  preprocessing: z.unknown(),
});

/** A real ONNX classifier of the hub. */
export type ZooEntry = z.infer<typeof entrySchema>;

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
  const cacheFolder = join(tmpdir(), 'probelog-accuracy-pixels');
  const { raw } = await runZooModel(folder, entry, probeFiles(images), cacheFolder);
  return { model: zooModel(folder, entry, raw.rows), raw };
}

/** A model of the zoo as one of the hub's; what makes an answer right is its label. */
export function zooModel(folder: string, entry: ZooEntry, outputs: number): HubModel {
  const labels = zooLabels(folder, entry);
  const logits = Array.from({ length: outputs }, (_, output) => {
    const label = labels?.[output] ?? '';
    return { wnid: label, label };
  });
  return { id: entry.name, backbone: entry.name, firstRow: 0, logits };
}
