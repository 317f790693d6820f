import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeFloat16,
  descriptors,
  encodeFloat16,
  encodeNpyHeader,
  type Matrix,
  random,
} from '../../src/domain/index.js';
import type { SearchModel } from '../../src/search/index.js';

/** A model with known descriptors (as the gallery stores them, in float16). */
export interface KnownModel extends SearchModel {
  descriptors: Matrix;
  degenerate: Uint8Array;
}

/** Models whose logits mix a few hidden concepts, with their responses in `.npy` files. */
export async function randomModels(
  folder: string,
  options: { models: number; outputs: number; probes: number; seed?: number },
): Promise<KnownModel[]> {
  const { models, outputs, probes, seed = 1 } = options;
  const next = random(seed);
  const concepts = Array.from({ length: 40 }, () =>
    Float32Array.from({ length: probes }, () => next() ** 6 * 10),
  );
  return Promise.all(
    Array.from({ length: models }, async (_, number) => {
      const modelId = `${seed}-${String(number).padStart(4, '0')}`;
      const data = new Float32Array(outputs * probes);
      for (let output = 0; output < outputs; output++) {
        const concept = concepts[Math.floor(next() * concepts.length)];
        for (let probe = 0; probe < probes; probe++)
          data[output * probes + probe] = concept[probe] + next() * 3;
      }
      return storedModel(folder, modelId, { rows: outputs, columns: probes, data });
    }),
  );
}

/** A model with these responses, in a `.npy` file. */
export async function storedModel(folder: string, modelId: string, responses: Matrix): Promise<KnownModel> {
  const { rows: outputs, columns: probes } = responses;
  const encoded = encodeFloat16(responses.data);
  const responsesPath = join(folder, `${modelId}.npy`);
  const header = encodeNpyHeader({ dtype: '<f2', fortranOrder: false, shape: [outputs, probes] });
  const file = Buffer.concat([header, Buffer.from(encoded.buffer)]);
  await writeFile(responsesPath, file);
  const { rows, degenerate } = descriptors({ ...responses, data: decodeFloat16(encoded) });
  return {
    modelId,
    outputs,
    responsesPath,
    responsesDigest: createHash('sha256').update(file).digest('hex'),
    descriptors: { ...rows, data: decodeFloat16(encodeFloat16(rows.data)) },
    degenerate,
  };
}
