import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { encodeMatrix, rowOf } from '../../src/domain/index.js';
import { withChecksum } from '../../src/lib/checksum.js';
import { GallerySample } from '../../src/search/gallery/gallery-sample.js';
import { RowFile } from '../../src/search/gallery/row-file.js';
import { openMatrixProducts } from '../../src/search/matrix-products.js';
import { LogitNames } from '../../src/search/ranking/logit-names.js';
import { VocabularyQueries } from '../../src/search/ranking/vocabulary-queries.js';
import { randomModels } from './random-gallery.js';

const PROBES = 64;
const OUTPUTS = 300;

let folder: string;
let rows: RowFile;
let names: LogitNames;
let path: string;
let outputs: { row: number; read(): Float32Array }[];
let read = 0;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  const [model] = await randomModels(folder, { models: 1, outputs: OUTPUTS, probes: PROBES });
  rows = new RowFile(join(folder, 'rows.f16'), PROBES, 0, 'WRITE');
  names = new LogitNames(new GallerySample(rows), await openMatrixProducts(), new VocabularyQueries());
  path = join(folder, 'vocabulary.npy');
  const vocabulary = { rows: 20, columns: PROBES, data: model.descriptors.data.slice(0, 20 * PROBES) };
  await writeFile(path, withChecksum(encodeMatrix(vocabulary)));
  outputs = Array.from({ length: OUTPUTS }, (_, row) => ({
    row,
    read() {
      read++;
      return rowOf(model.descriptors, row);
    },
  }));
});
afterAll(async () => {
  rows.close();
  await rm(folder, { recursive: true, force: true });
});

it('names are computed once while callers see the same models, whichever outputs they want', async () => {
  const [seen, others] = [[], []];
  const five = await names.of(outputs, path, 5, seen);
  expect([read, five.length, five[0]?.length]).toEqual([OUTPUTS, OUTPUTS, 5]);
  expect(five[3]?.[0].name).toBe(3);
  const one = await names.of([outputs[7], null, outputs[3]], path, 1, seen);
  expect(one).toEqual([five[7]?.slice(0, 1), null, five[3]?.slice(0, 1)]);
  expect(read).toBe(OUTPUTS);
  // The last bits of a product depend on how many outputs are named at once.
  const [again] = await names.of([outputs[3]], path, 5, others);
  expect(again?.map(({ name }) => name)).toEqual(five[3]?.map(({ name }) => name));
  expect(read).toBe(OUTPUTS + 1);
});

it('more names than are kept are computed, and begin with those', async () => {
  const seen: [] = [];
  const five = await names.of([outputs[1]], path, 5, seen);
  const twelve = await names.of([outputs[1]], path, 12, seen);
  expect(twelve[0]).toHaveLength(12);
  expect(twelve[0]?.slice(0, 5)).toEqual(five[0]);
});
