import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { encodeMatrix, random, rowOf, sharpen } from '../../src/domain/index.js';
import { withChecksum } from '../../src/lib/checksum.js';
import { GallerySample } from '../../src/search/gallery/gallery-sample.js';
import { RowFile } from '../../src/search/gallery/row-file.js';
import type { SearchRequest } from '../../src/search/index.js';
import { openMatrixProducts } from '../../src/search/matrix-products.js';
import { LogitNames } from '../../src/search/ranking/logit-names.js';
import { VocabularyQueries } from '../../src/search/ranking/vocabulary-queries.js';
import { openQuietly } from './open-quietly.js';
import { randomModels } from './random-gallery.js';

const PROBES = 64;
const SET = { id: 'set', probes: PROBES };
const LOGITS = 60_000;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-search-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it('a cancelled scan stops in the middle, and the process scans no further', async () => {
  const search = await openQuietly(folder);
  try {
    await search.sync(SET, await randomModels(folder, { models: 60, outputs: 1_000, probes: PROBES }));
    const scanned = async () => (await search.stats(SET.id))?.scannedRows ?? 0;
    const before = await scanned();
    const next = random(9);
    const cosines = Float32Array.from({ length: PROBES }, () => next() ** 4);
    const weights = sharpen(cosines, 1) ?? expect.fail();
    // This metric scores every row on its own.
    const query: SearchRequest = {
      query: { kind: 'CONCEPT', cosines, weights },
      metric: 'ASYMMETRIC',
      first: 5,
    };
    const gone = new AbortController();
    const searched = search.search(SET.id, query, gone.signal);
    const outcome = expect(searched).rejects.toThrow('gone');
    while ((await scanned()) === before);
    gone.abort(new Error('gone'));
    await outcome;
    const atEnd = await scanned();
    expect(atEnd - before).toBeGreaterThan(0);
    expect(atEnd - before).toBeLessThan(LOGITS);
    await search.search(SET.id, { ...query, models: [] });
    expect(await scanned()).toBe(atEnd);
    expect((await search.search(SET.id, query)).results).toHaveLength(5);
    // Once by distance, and once by score, which tells how well the gallery answers.
    expect(await scanned()).toBe(atEnd + 2 * LOGITS);
  } finally {
    await search.close();
  }
});

it('a cancelled look-up of names does not run to the end', async () => {
  const [model] = await randomModels(folder, { models: 1, outputs: 1_000, probes: PROBES });
  const products = await openMatrixProducts();
  const gone = new AbortController();
  let projected = 0;
  const counted: typeof products = Object.create(products, {
    project: {
      value: (...args: Parameters<typeof products.project>) => {
        projected++;
        gone.abort(new Error('gone'));
        return products.project(...args);
      },
    },
  });
  const rows = new RowFile(join(folder, 'rows.f16'), PROBES, 0, 'WRITE');
  const names = new LogitNames(new GallerySample(rows), counted, new VocabularyQueries());
  const path = join(folder, 'vocabulary.npy');
  await writeFile(
    path,
    withChecksum(encodeMatrix({ rows: 2, columns: PROBES, data: model.descriptors.data.slice(0, 128) })),
  );
  const descriptors = Array.from({ length: 1_000 }, (_, row) => ({
    row,
    read: () => rowOf(model.descriptors, row),
  }));
  await expect(names.of(descriptors, path, 1, [], gone.signal)).rejects.toThrow('gone');
  expect(projected).toBe(1);
  expect(await names.of(descriptors, path, 1, [])).toHaveLength(1_000);
  rows.close();
});
