import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFloat16, encodeNpyHeader, type Matrix, random } from '../../src/domain/index.js';
import type { SearchModel, SearchProbeSet } from '../../src/search/index.js';
import { openHub, readResponses } from '../accuracy/hub.js';

/** Outputs of a made model. */
const OUTPUTS = 1_000;
const CONCEPTS = 64;

/** A gallery larger than any real one, on disk as the product stores it. */
export interface MadeGallery {
  probeSet: SearchProbeSet;
  probes: number;
  models: SearchModel[];
  /** Cosines of made concepts. */
  concepts: Float32Array[];
}

/**
 * Makes a gallery of `size` logits: each is a real logit of the hub with a small share of another and some noise, so
 * that its directions and clusters are those of real galleries.
 */
export function makeGallery(hubFolder: string, folder: string, size: number): MadeGallery {
  const { probeSets } = openHub(hubFolder);
  const real = readResponses(hubFolder, probeSets[0]);
  const next = random(size);
  const { columns: probes } = real;
  mkdirSync(join(folder, 'responses'), { recursive: true });
  const models: SearchModel[] = [];
  for (let first = 0; first < size; first += OUTPUTS) {
    const outputs = Math.min(OUTPUTS, size - first);
    const data = new Float32Array(outputs * probes);
    for (let output = 0; output < outputs; output++)
      mix(real, next, data.subarray(output * probes, (output + 1) * probes));
    const modelId = `model-${String(first / OUTPUTS).padStart(6, '0')}`;
    const responsesPath = join(folder, 'responses', `${modelId}.npy`);
    const own = encodeNpyHeader({ dtype: '<f2', fortranOrder: false, shape: [outputs, probes] });
    writeFileSync(responsesPath, Buffer.concat([own, Buffer.from(encodeFloat16(data).buffer)]));
    models.push({ modelId, outputs, responsesPath, responsesDigest: modelId });
  }
  const concepts = Array.from({ length: CONCEPTS }, () => {
    const cosines = new Float32Array(probes);
    mix(real, next, cosines);
    // A text is near few probes: the upper tail of a logit that recognises it.
    return cosines.map((value) => Math.max(0, value) ** 2);
  });
  return { probeSet: { id: 'bench', probes }, probes, models, concepts };
}

function mix(real: Matrix, next: () => number, target: Float32Array): void {
  const a = Math.floor(next() * real.rows) * real.columns;
  const b = Math.floor(next() * real.rows) * real.columns;
  const share = next() * 0.3;
  for (let probe = 0; probe < target.length; probe++) {
    const value = real.data[a + probe] * (1 - share) + real.data[b + probe] * share;
    target[probe] = value + (next() - 0.5) * 0.5;
  }
}
