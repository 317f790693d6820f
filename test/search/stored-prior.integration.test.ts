import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { decodePrior } from '../../src/domain/index.js';
import type { Search } from '../../src/search/index.js';
import { temporaryFolder } from '../store/temporary-folder.js';
import { openQuietly } from './open-quietly.js';
import { storedModel } from './random-gallery.js';
import { madeResponses } from './synthetic-gallery.js';

const PROBES = 450;
const SET = { id: 'set', probes: PROBES };

async function priorOf(search: Search) {
  const { path = '' } = (await search.prior(SET.id)) ?? {};
  return decodePrior(await readFile(path));
}

it('what cross-validation chose is kept with the basis, and is what a search that is opened again goes by', async () => {
  const folder = await temporaryFolder();
  const responses = madeResponses({ models: 59, outputs: 20, probes: PROBES, shared: 140, noise: 0.2 });
  const models = await Promise.all(
    responses.map((model, number) => storedModel(folder, `m${number}`, model)),
  );
  const first = await openQuietly(folder);
  await first.sync(SET, models);
  await first.settled();
  const prior = await priorOf(first);
  const stats = await first.stats(SET.id);
  await first.close();
  expect(prior.shape.directions).toBe(150);
  expect(prior.shape.ridge).toBeGreaterThan(0);
  expect(prior.version).toBe(stats?.basis?.version);
  expect(prior.families.map(({ factor }) => factor.columns)).toEqual([150]);

  const again = await openQuietly(folder);
  try {
    await again.sync(SET, models);
    expect(await again.stats(SET.id)).toEqual(stats);
    expect(await priorOf(again)).toEqual(prior);
  } finally {
    await again.close();
  }
});
