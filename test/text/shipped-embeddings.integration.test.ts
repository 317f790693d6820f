import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dot, type Matrix } from '../../src/domain/index.js';
import { shippedImages } from '../../src/text/encoder/shipped-embeddings.js';
import {
  EVERYDAY_VOCABULARY,
  embedConcepts,
  embedVocabulary,
  openTextEncoder,
  shipImages,
  type TextEncoder,
} from '../../src/text/index.js';
import { DEMO } from '../fixtures/demo-service.js';

const STALE = 'run `npm run demo:embeddings`';
const SOME = 5;
let encoder: TextEncoder;
let shipped: string;
let paths: string[];
let digests: string[];
beforeAll(async () => {
  encoder = await openTextEncoder({
    model: join(DEMO, 'encoder'),
    cacheFolder: '',
    maxMemoryBytes: 2 ** 33,
  });
  shipped = (await encoder.shippedEmbeddings()) ?? '';
  const names = await readdir(join(DEMO, 'probes'));
  paths = names.map((name) => join(DEMO, 'probes', name));
  digests = await Promise.all(paths.map(digestOf));
});
afterAll(() => encoder.close());

async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

const rowOf = ({ data, columns }: Matrix, row: number) => data.subarray(row * columns, (row + 1) * columns);

describe("what comes with the demo's encoder", () => {
  it('has every probe of the demo, as the encoder embeds it', async () => {
    const images = await shippedImages(shipped, await encoder.id(), digests);
    expect(images?.rows, STALE).toBe(paths.length);
    const embedded = await encoder.embedImages(paths.slice(0, SOME));
    for (const [row, own] of embedded.entries())
      expect(dot(own, rowOf(images as Matrix, row)), STALE).toBeCloseTo(1, 5);
  });

  it('has the vocabulary, as the encoder embeds it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
    const texts = await embedVocabulary({ encoder, folder, vocabulary: EVERYDAY_VOCABULARY });
    // Nothing was computed.
    expect(await readdir(folder), STALE).toEqual([]);
    const embedded = await embedConcepts(encoder, EVERYDAY_VOCABULARY.slice(0, SOME));
    for (let row = 0; row < SOME; row++)
      expect(dot(rowOf(embedded, row), rowOf(texts, row)), STALE).toBeCloseTo(1, 5);
  });

  it('is not used for another encoder, or with an image that it does not know', async () => {
    expect(await shippedImages(shipped, 'another', digests)).toBeNull();
    expect(await shippedImages(shipped, await encoder.id(), [...digests, '0'.repeat(64)])).toBeNull();
  });

  it('is read by digest, in any order', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
    const images = { rows: 3, columns: 2, data: Float32Array.of(1, 0, 0, 1, 0.6, 0.8) };
    await shipImages(folder, { encoder: 'made', digests: ['a', 'b', 'c'] }, images);
    expect(await shippedImages(folder, 'made', ['c', 'a'])).toEqual({
      rows: 2,
      columns: 2,
      data: Float32Array.of(0.6, 0.8, 1, 0),
    });
  });
});
