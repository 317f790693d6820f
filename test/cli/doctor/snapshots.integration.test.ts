import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { snapshots } from '../../../src/cli/doctor/checks/snapshots.js';
import { openStore } from '../../../src/store/index.js';
import { openQuietly } from '../../search/open-quietly.js';
import { randomModels } from '../../search/random-gallery.js';
import { makeVisible, newIngest, published } from '../../store/models.js';
import { openStoreWithSet, type StoreWithSet } from '../../store/store-with-set.js';
import { examine } from './examine.js';

const OUTPUTS = 125;
const PROBES = 40;

let opened: StoreWithSet;
let gallery: string;
beforeAll(async () => {
  opened = await openStoreWithSet();
  const { store, folder, probeSetId } = opened;
  for (const name of ['one', 'two']) await register(store, name, OUTPUTS);
  await store.close();
  gallery = join(folder, 'search', probeSetId);
});
afterAll(() => opened.close());

async function register(store: StoreWithSet['store'], name: string, outputs: number): Promise<void> {
  const { id } = await store.ingests.enqueue(newIngest(opened.probeSetId, name));
  await makeVisible(store, id, published(opened.probeSetId, null, outputs));
}

const examined = () => examine(snapshots, { PROBELOG_DATA: opened.folder });

it('there is none before the gallery was searched', async () => {
  expect(await examined()).toMatchObject([{ state: 'ok', says: expect.stringContaining('none;') }]);
});

it('one of all logits is well', async () => {
  const models = await randomModels(opened.folder, { models: 2, outputs: OUTPUTS, probes: PROBES });
  const search = await openQuietly(opened.folder);
  await search.sync({ id: opened.probeSetId, probes: PROBES }, models);
  await search.settled();
  await search.close();
  expect(await examined()).toMatchObject([
    { state: 'ok', says: expect.stringContaining('built from 250 of 250 logits') },
  ]);
});

it('one of a gallery that has grown since is made again', async () => {
  const store = await openStore({ dataFolder: opened.folder });
  await register(store, 'three', OUTPUTS);
  await store.close();
  expect(await examined()).toMatchObject([
    { state: 'warning', says: expect.stringContaining('was built from 250 logits, but there are 375') },
  ]);
});

it('one whose file was cut off is made again', async () => {
  const [snapshot] = (await readdir(gallery)).filter((name) => name.startsWith('snapshot-'));
  await truncate(join(gallery, snapshot, 'vectors.f32'), 100);
  expect(await examined()).toMatchObject([
    {
      state: 'warning',
      says: expect.stringContaining('vectors.f32 has 100 bytes'),
      mend: 'start the server',
    },
  ]);
});
