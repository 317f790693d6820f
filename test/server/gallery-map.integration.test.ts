import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, GalleryMapDocument } from '../../src/client/index.js';
import { FLOAT, floats, node, value } from '../probing/support/encode-onnx.js';
import { meanColor } from '../probing/support/made-models.js';
import { openSmallServer, type SmallServer } from './support/small-server.js';

const OUTPUTS = 250;
let small: SmallServer;
beforeAll(async () => {
  small = await openSmallServer();
  for (const [name, visibility] of [
    ['open', undefined],
    ['closed', 'team-a'],
  ] as const)
    await small.small.ingest(wide(name.length), { name, visibility });
  await small.small.service.search.settled();
});
afterAll(() => small.close());

/** Outputs that mix the four of a small model, so that a few models are enough for a basis. */
function wide(seed: number): Uint8Array {
  const weights = Array.from({ length: 4 * OUTPUTS }, (_, i) => Math.sin(seed + i * 12.9));
  return meanColor({
    tail: {
      nodes: [node('MatMul', ['logits', 'wide'], ['answer'])],
      outputs: [value('answer', FLOAT, ['N', OUTPUTS])],
      initializers: [floats('wide', [4, OUTPUTS], weights)],
    },
  });
}

async function clientOf(scopes: ('READ' | 'INGEST')[], labels: string[] = []) {
  return createClient({ url: small.server.url, key: await small.key(scopes, { labels }) });
}

it('callers get the points of the models that they see, in pages', async () => {
  const member = await clientOf(['READ'], ['team-a']);
  expect((await member.map()).state).toMatch(/MAKING|READY/);
  await expect.poll(async () => (await member.map()).state, { timeout: 60_000 }).toBe('READY');
  const whole = await member.map();
  expect(whole.indexes.length).toBe(2 * OUTPUTS);
  expect(whole.points.every(Number.isFinite)).toBe(true);
  const names = await Promise.all(whole.models.map(async (id) => (await member.model(id))?.name));
  expect(names.sort()).toEqual(['closed', 'open']);

  const reader = await clientOf(['READ']);
  const seen = await reader.map();
  expect(seen.indexes.length).toBe(OUTPUTS);
  expect((await reader.model(seen.models[0]))?.name).toBe('open');
  expect([...seen.indexes].sort((a, b) => a - b)).toEqual(Array.from({ length: OUTPUTS }, (_, i) => i));

  const { galleryMap: page } = await reader.query(GalleryMapDocument, { from: 240, count: 100 });
  expect(page).toMatchObject({ total: OUTPUTS, state: 'READY', models: [seen.models[0]] });
  expect(Buffer.from(page.points, 'base64').length).toBe(10 * 16);
});

it('refuses pages that are too large, and callers who may not read', async () => {
  const reader = await clientOf(['READ']);
  for (const variables of [{ from: -1 }, { count: 0 }, { count: 20_001 }])
    await expect(reader.query(GalleryMapDocument, variables)).rejects.toMatchObject({
      code: 'INPUT_INVALID',
    });
  const ingester = await clientOf(['INGEST']);
  await expect(ingester.map()).rejects.toMatchObject({ code: 'FORBIDDEN' });
});
