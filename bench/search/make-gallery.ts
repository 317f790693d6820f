import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { descriptors, encodeFloat16, encodeNpyHeader, type Matrix, random } from '../../src/domain/index.js';
import type { SearchModel, SearchProbeSet } from '../../src/search/index.js';
import { openHub, readResponses } from '../accuracy/data/hub.js';
import type { HubModel } from '../accuracy/data/hub-model.js';

/** Outputs of a made model; fewer in a small gallery, which has many models, too. */
const OUTPUTS = 1_000;
const MIN_MODELS = 50;
/** In standard deviations of a descriptor. */
const NOISE = 0.1;

/** A gallery larger than any real one, on disk as the product stores it. */
export interface MadeGallery {
  probeSet: SearchProbeSet;
  probes: number;
  models: SearchModel[];
}

/**
 * Makes a gallery of `size` logits: each is a real logit of the hub, with a small share of another and a little noise,
 * so that its directions and clusters are those of real galleries. A gallery that the folder has already is used.
 */
export function makeGallery(hubFolder: string, folder: string, size: number): MadeGallery {
  const list = join(folder, 'gallery.json');
  if (existsSync(list)) return JSON.parse(readFileSync(list, 'utf8')) as MadeGallery;
  const { probeSets, models: hubModels } = openHub(hubFolder);
  const real = realDescriptors(readResponses(hubFolder, probeSets[0]), hubModels);
  const next = random(size);
  const { columns: probes } = real;
  mkdirSync(join(folder, 'responses'), { recursive: true });
  const models: SearchModel[] = [];
  const most = Math.min(OUTPUTS, Math.ceil(size / MIN_MODELS));
  for (let first = 0; first < size; first += most) {
    const outputs = Math.min(most, size - first);
    const data = new Float32Array(outputs * probes);
    for (let output = 0; output < outputs; output++)
      mix(real, next, data.subarray(output * probes, (output + 1) * probes));
    const modelId = `model-${String(first / most).padStart(6, '0')}`;
    const responsesPath = join(folder, 'responses', `${modelId}.npy`);
    const header = encodeNpyHeader({ dtype: '<f2', fortranOrder: false, shape: [outputs, probes] });
    const file = Buffer.concat([header, Buffer.from(encodeFloat16(data).buffer)]);
    writeFileSync(responsesPath, file);
    const responsesDigest = createHash('sha256').update(file).digest('hex');
    models.push({ modelId, outputs, responsesPath, responsesDigest });
  }
  const made = { probeSet: { id: 'bench', probes }, probes, models };
  writeFileSync(list, JSON.stringify(made));
  return made;
}

function realDescriptors(responses: Matrix, models: HubModel[]): Matrix {
  const { columns } = responses;
  for (const { firstRow, logits } of models) {
    const data = responses.data.subarray(firstRow * columns, (firstRow + logits.length) * columns);
    data.set(descriptors({ rows: logits.length, columns, data }).rows.data);
  }
  return responses;
}

/** Fills `target` with one real descriptor, up to 30 % of another, and noise. */
function mix(real: Matrix, next: () => number, target: Float32Array): void {
  const a = Math.floor(next() * real.rows) * real.columns;
  const b = Math.floor(next() * real.rows) * real.columns;
  const share = next() * 0.3;
  const width = NOISE * Math.sqrt(12);
  for (let probe = 0; probe < target.length; probe++) {
    const value = real.data[a + probe] * (1 - share) + real.data[b + probe] * share;
    target[probe] = value + (next() - 0.5) * width;
  }
}
