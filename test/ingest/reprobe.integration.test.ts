import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProbeSet } from '../../src/probing/index.js';
import { meanColor } from '../probing/support/made-models.js';
import { openSmallService, type SmallService, settled } from './support/small-service.js';

let small: SmallService;
beforeAll(async () => {
  small = await openSmallService();
});
afterAll(() => small.close());

it('reprobing with another probe set moves a model to that gallery with the same logits', async () => {
  const { store, search, ingest } = small.service;
  const { modelId, ingestId } = await small
    .ingest(meanColor())
    .then(({ id, modelId }) => ({ ingestId: id, modelId }));
  const before = await store.logits.page(modelId, { first: 10 });
  const [first] = await store.probeSets.list();
  const second = await createProbeSet(store, {
    name: 'second',
    source: await blends(join(small.folder, 'blends')),
    limits: { maxPixels: 1e6 },
  });
  expect((await search.stats(first.id))?.logits).toBe(4);

  const again = await ingest.reprobe(modelId, { probeSet: 'second' });
  expect(again.id).not.toBe(ingestId);
  expect((await settled(small.service, again.id)).state).toBe('SUCCEEDED');
  expect((await search.stats(first.id))?.logits).toBe(0);
  expect((await search.stats(second.id))?.logits).toBe(4);
  const after = await store.logits.page(modelId, { first: 10 });
  expect(after.map(({ index }) => index)).toEqual(before.map(({ index }) => index));
});

async function blends(folder: string): Promise<string> {
  await mkdir(folder);
  for (let level = 0; level < 250; level += 25) {
    const background = { r: level, g: 255 - level, b: (level * 3) % 256 };
    await sharp({ create: { width: 12, height: 12, channels: 3, background } })
      .png()
      .toFile(join(folder, `${level}.png`));
  }
  return folder;
}
