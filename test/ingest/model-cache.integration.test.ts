import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ModelCache } from '../../src/ingest/index.js';
import { meanColor } from '../probing/support/made-models.js';
import { type Loopback, sendFile, startLoopback } from '../registries/loopback.js';
import { openSmallService, type SmallService, settled } from './support/small-service.js';

const MODELS = new Map([8, 9, 10, 13].map((size) => [`/${size}.onnx`, meanColor({ size })]));

let small: SmallService;
let server: Loopback;
beforeAll(async () => {
  server = await startLoopback((request, response) => {
    const content = MODELS.get(request.url ?? '');
    if (content) sendFile(request, response, content, `"${content.length}"`);
    else response.writeHead(404).end();
  });
  small = await openSmallService({ environment: { PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1' } });
});
afterAll(async () => {
  await small.close();
  await server.close();
});

async function fetched(path: string) {
  const { modelId } = await small.ingest(server.url + path);
  const [model] = await small.service.store.models.byIds([modelId]);
  await pause(20);
  return model;
}

it('evicts the least recently used files, and fetches them again when needed', async () => {
  const { store, ingest } = small.service;
  const local = (await small.ingest(meanColor({ size: 11 }))).modelId;
  const models = [await fetched('/8.onnx'), await fetched('/9.onnx'), await fetched('/10.onnx')];
  await store.blobs.touch(models[0].fileDigest as string);
  const kept = () => Promise.all(models.map(({ fileDigest }) => store.blobs.has(fileDigest as string)));

  await new ModelCache(store, 2 ** 30).cleanUp();
  expect(await kept()).toEqual([true, true, true]);
  await new ModelCache(
    store,
    (models[0].fileBytes as number) + (models[2].fileBytes as number) + 8,
  ).cleanUp();
  expect(await kept()).toEqual([true, false, true]);
  await new ModelCache(store, 0).cleanUp();
  expect(await kept()).toEqual([false, false, false]);

  const [own] = await store.models.byIds([local]);
  expect(await store.blobs.has(own.fileDigest as string)).toBe(true);
  for (const { responsesDigest } of models) {
    expect(await store.blobs.has(responsesDigest as string)).toBe(true);
  }

  const { id } = await ingest.reprobe(models[0].id);
  expect(await settled(small.service, id)).toMatchObject({ state: 'SUCCEEDED' });
  expect((await kept())[0]).toBe(true);

  // An evicted file is the one that was probed, or none.
  await store.blobs.evict(models[1].fileDigest as string);
  MODELS.set('/9.onnx', meanColor({ size: 12 }));
  const again = await ingest.reprobe(models[1].id);
  expect(await settled(small.service, again.id)).toMatchObject({ errorCode: 'SOURCE_CHANGED' });
});

it('a damaged file is fetched again before the model is probed again', async () => {
  const { store, ingest } = small.service;
  const { id: modelId, fileDigest, responsesDigest } = await fetched('/13.onnx');
  const digest = fileDigest ?? expect.fail();
  const file = await readFile(store.blobs.path(digest));
  await writeFile(store.blobs.path(digest), file.with(file.length - 3, file[file.length - 3] ^ 1));
  expect(await store.blobs.isWhole(digest)).toBe(false);
  const { id } = await ingest.reprobe(modelId);
  expect(await settled(small.service, id)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await store.blobs.isWhole(digest)).toBe(true);
  expect(await store.models.byIds([modelId])).toMatchObject([{ fileDigest, responsesDigest }]);
});

it('is checked only when files fetched since may have exceeded it', async () => {
  let looks = 0;
  const models = {
    refetchableFiles: async () => {
      looks++;
      return [];
    },
  };
  const cache = new ModelCache({ models, blobs: small.service.store.blobs } as never, 1_000);
  await cache.grown(1);
  await cache.grown(40);
  expect(looks).toBe(1);
  await cache.grown(20);
  expect(looks).toBe(2);
});
