import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeFloat16, type Matrix, parseNpyHeader } from '../../../src/domain/index.js';
import type { HubModel } from './hub-model.js';
import { readZoo, type ZooEntry } from './zoo.js';

const modelSchema = z.object({
  id: z.string(),
  backbone: z.string(),
  logits: z.array(z.object({ wnid: z.string(), label: z.string(), accuracy: z.number().optional() })),
});

/** A class's names: every comma-separated synonym, in lower case (the hub's protocol, 2). */
export function synonyms(label: string): string[] {
  return label
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** What a hub folder holds; parts may be missing. */
export interface Hub {
  models: HubModel[];
  /** Names of the probe sets with stored responses. */
  probeSets: string[];
  /** Real ONNX classifiers whose files are there. */
  zoo: ZooEntry[];
  /** Parts that are not there. */
  missing: string[];
}

/** @throws Error when the folder is no hub at all */
export function openHub(folder: string): Hub {
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  const missing: string[] = [];
  const truth = join(folder, 'responses/truth.json');
  if (!existsSync(truth)) missing.push('responses/truth.json');
  const models = missing.length === 0 ? readModels(truth) : [];
  const responses = existsSync(join(folder, 'responses')) ? readdirSync(join(folder, 'responses')) : [];
  const probeSets = responses.flatMap((name) => /^responses\.(.+)\.f16\.npy$/.exec(name)?.[1] ?? []).sort();
  if (probeSets.length === 0) missing.push('responses/responses.<probe set>.f16.npy');
  const manifest = join(folder, 'onnx/manifest.json');
  if (!existsSync(manifest)) missing.push('onnx/manifest.json (zoo rows)');
  const listed = existsSync(manifest) ? readZoo(manifest) : [];
  const isHere = ({ file }: ZooEntry) => existsSync(join(folder, 'onnx', file));
  missing.push(...listed.filter((entry) => !isHere(entry)).map(({ file }) => `onnx/${file} (a zoo model)`));
  return { models, probeSets, zoo: listed.filter(isHere), missing };
}

function readModels(path: string): HubModel[] {
  let firstRow = 0;
  return z
    .array(modelSchema)
    .parse(JSON.parse(readFileSync(path, 'utf8')))
    .map((model) => {
      const here = firstRow;
      firstRow += model.logits.length;
      return { ...model, firstRow: here };
    });
}

/** The responses of all logits to a probe set, in the order of the models; either order of storage. */
export function readResponses(folder: string, probeSet: string): Matrix {
  const file = readFileSync(join(folder, `responses/responses.${probeSet}.f16.npy`));
  const { dtype, fortranOrder, shape, dataOffset } = parseNpyHeader(file);
  if (dtype !== '<f2') throw new Error(`the responses to ${probeSet} are ${dtype}, not float16`);
  const [rows, columns] = shape;
  const values = decodeFloat16(new Uint16Array(Uint8Array.from(file.subarray(dataOffset)).buffer));
  if (!fortranOrder) return { rows, columns, data: values };
  const data = new Float32Array(values.length);
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) data[row * columns + column] = values[column * rows + row];
  }
  return { rows, columns, data };
}

/** Paths of a probe set's images, in the order of the columns; null when the hub does not hold them. */
export function probeImages(folder: string, probeSet: string): string[] | null {
  const images = join(folder, 'probes', probeSet);
  if (!existsSync(images)) return null;
  return readdirSync(images)
    .sort()
    .map((name) => join(images, name));
}
