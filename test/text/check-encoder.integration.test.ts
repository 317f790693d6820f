import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkEncoder, openTextEncoder, type TextEncoder } from '../../src/text/index.js';

const demo = fileURLToPath(new URL('../../demo/', import.meta.url));
let encoder: TextEncoder;
let paths: string[];

beforeAll(async () => {
  encoder = await openTextEncoder({
    model: join(demo, 'encoder'),
    cacheFolder: join(tmpdir(), 'probelog-test-encoders'),
    maxMemoryBytes: 2 ** 33,
  });
  const names = await readdir(join(demo, 'probes'));
  paths = names.filter((_, place) => place % 17 === 0).map((name) => join(demo, 'probes', name));
});
afterAll(() => encoder.close());

describe('the check of an encoder', () => {
  it('finds that texts and images of one encoder are related', async () => {
    const found = await checkEncoder(encoder, paths);
    expect(found).toMatchObject({ dimensions: 384, images: paths.length, isRelated: true });
    expect(found.relation).toBeGreaterThan(1.7);
    expect(found.cosines.low).toBeLessThan(found.cosines.middle);
    expect(found.betweenWords).toBeLessThan(0.9);
  });

  it('finds that texts of another space are not', async () => {
    const other: TextEncoder = {
      ...encoder,
      embedTexts: async (texts) => (await encoder.embedTexts(texts)).map((vector) => vector.toReversed()),
    };
    const found = await checkEncoder(other, paths);
    expect(found.isRelated).toBe(false);
    expect(found.relation).toBeCloseTo(1, 1);
  });
});
