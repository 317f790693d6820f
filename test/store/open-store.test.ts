import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore, type PublishedModel, type Store } from '../../src/store/index.js';

let folder: string;
let store: Store;
let probeSetId: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-store-'));
  store = await openStore({ dataFolder: folder });
  const probes = [0, 1, 2].map((index) => ({
    digest: `${index}`.repeat(64),
    width: 2,
    height: 1,
    mediaType: 'image/png',
  }));
  probeSetId = (await store.probeSets.create({ name: 'set', digest: 'd', probes })).id;
});

afterAll(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

const newIngest = (name: string) => ({
  name,
  version: '1',
  source: '/m.onnx',
  labels: null,
  probeSetId,
  request: { name, probeSet: probeSetId },
});

function published(labels: string[] | null, outputs = 2): PublishedModel {
  return {
    probeSetId,
    outputs,
    labels,
    responsesDigest: 'ab'.repeat(32),
    responseKind: 'LOGITS',
    logFloor: null,
    inputShape: { width: 8 },
    outputName: 'out',
    preprocessing: null,
    notes: ['a note'],
    logits: Array.from({ length: outputs }, (_, index) => ({
      index,
      label: labels?.[index] ?? null,
      status: 'SEARCHABLE' as const,
      coverage: 1,
    })),
  };
}

describe('probe sets', () => {
  it('are found by id, by name and as the default, with their probes in order', async () => {
    expect(await store.probeSets.byId(probeSetId)).toMatchObject({ name: 'set', size: 3 });
    expect(await store.probeSets.byId('nonsense')).toBeNull();
    expect((await store.probeSets.default())?.id).toBe(probeSetId);
    expect(await store.probeSets.default('other')).toBeNull();
    expect((await store.probeSets.probes(probeSetId)).map(({ position }) => position)).toEqual([0, 1, 2]);
    expect(await store.probeSets.probesAt(probeSetId, [1])).toHaveLength(1);
  });

  it('are the same set for the same name and images, and refuse other images', async () => {
    expect((await store.probeSets.create({ name: 'set', digest: 'd', probes: [] })).id).toBe(probeSetId);
    await expect(store.probeSets.create({ name: 'set', digest: 'e', probes: [] })).rejects.toMatchObject({
      code: 'PROBE_SET_EXISTS',
    });
  });

  it('keep one embedding for each encoder', async () => {
    await store.probeSets.saveEmbedding(probeSetId, 'clip', { digest: 'x', dimensions: 4 });
    await store.probeSets.saveEmbedding(probeSetId, 'clip', { digest: 'y', dimensions: 4 });
    expect(await store.probeSets.embedding(probeSetId, 'clip')).toEqual({ digest: 'y', dimensions: 4 });
    expect(await store.probeSets.embedding(probeSetId, 'other')).toBeNull();
  });
});

describe('ingests and models', () => {
  it('go from the queue to a visible model', async () => {
    const queued = await store.ingests.enqueue(newIngest('path'));
    expect(queued).toMatchObject({ state: 'QUEUED', attempts: 0 });
    const claimed = await store.ingests.claim('worker', 10_000);
    expect(claimed).toMatchObject({ id: queued.id, state: 'RUNNING', attempts: 1 });
    expect(await store.ingests.claim('worker', 10_000)).toBeNull();
    await store.ingests.progress(queued.id, { stage: 'PROBING', done: 1, total: 3, etaSeconds: 2 });
    await store.models.describe(queued.modelId, { fileDigest: 'f', fileBytes: 12 });
    expect(await store.models.searchable(probeSetId)).toEqual([]);
    await store.models.publish(queued.modelId, published(['cat', 'dog']));
    await store.ingests.succeed(queued.id, 1_000);

    const [model] = await store.models.byIds([queued.modelId]);
    expect(model).toMatchObject({
      status: 'READY',
      labels: ['cat', 'dog'],
      fileBytes: 12,
      notes: ['a note'],
    });
    expect(await store.models.searchable(probeSetId)).toHaveLength(1);
    expect(await store.logits.byKeys([{ modelId: model.id, index: 1 }])).toMatchObject([
      { label: 'dog', coverage: 1 },
    ]);
    expect(await store.logits.page(model.id, { after: 0, first: 5 })).toHaveLength(1);
    expect((await store.ingests.latestForModels([model.id]))[0]).toMatchObject({
      state: 'SUCCEEDED',
      peakMemoryBytes: 1_000,
      done: 1,
    });
    await expect(store.probeSets.remove(probeSetId)).rejects.toMatchObject({ code: 'PROBE_SET_IN_USE' });
  });

  it('refuse a second ingest of a version that is visible or under way', async () => {
    await expect(store.ingests.enqueue(newIngest('path'))).rejects.toMatchObject({ code: 'MODEL_EXISTS' });
    const both = await Promise.allSettled([1, 2].map(() => store.ingests.enqueue(newIngest('twice'))));
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('take up a failed version again, keeping its id', async () => {
    const first = (await store.ingests.claim('worker', 10_000)) ?? expect.fail();
    await store.ingests.fail(first.id, 'MODEL_EMPTY', 'no bytes');
    expect((await store.models.byIds([first.modelId]))[0].status).toBe('FAILED');
    const again = await store.ingests.enqueue(newIngest('twice'));
    expect(again.modelId).toBe(first.modelId);
    await store.ingests.cancel(again.id);
    expect((await store.ingests.byIds([again.id]))[0].state).toBe('CANCELLED');
  });

  it('give a dead worker’s ingest to the next one, and only then', async () => {
    const queued = await store.ingests.enqueue(newIngest('lease'));
    await store.ingests.claim('dead', 50);
    expect(await store.ingests.renew(queued.id, 'other', 50)).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(await store.ingests.claim('alive', 10_000)).toMatchObject({ id: queued.id, attempts: 2 });
    expect(await store.ingests.renew(queued.id, 'dead', 50)).toBe(false);
    await store.ingests.release(queued.id, 'alive');
    expect((await store.ingests.byIds([queued.id]))[0].state).toBe('QUEUED');
    await store.ingests.cancel(queued.id);
  });

  it('probe a visible model again without hiding it', async () => {
    const model = (await store.models.byNameVersion('path', '1')) ?? expect.fail();
    const queued = await store.ingests.enqueueReprobe(model.id);
    await expect(store.ingests.enqueueReprobe(model.id)).rejects.toMatchObject({ code: 'MODEL_EXISTS' });
    await store.ingests.fail(queued.id, 'SOURCE_NOT_FOUND', 'gone');
    expect((await store.models.byIds([model.id]))[0].status).toBe('READY');
  });

  it('list models by part of a name or label, taking % and _ as they are', async () => {
    const names = async (text: string) =>
      (await store.models.page({ text, first: 10 })).map(({ name }) => name);
    expect(await names('PAT')).toEqual(['path']);
    expect(await names('Dog')).toEqual(['path']);
    expect(await names('%')).toEqual([]);
    const all = await store.models.page({ first: 1 });
    expect((await store.models.page({ first: 10, after: all[0] })).map(({ id }) => id)).not.toContain(
      all[0].id,
    );
  });

  it('change labels and take them away', async () => {
    const model = (await store.models.byNameVersion('path', '1')) ?? expect.fail();
    await store.models.setLabels(model.id, ['kitten', 'puppy']);
    expect(await store.logits.byKeys([{ modelId: model.id, index: 1 }])).toMatchObject([{ label: 'puppy' }]);
    await store.models.setLabels(model.id, null);
    expect(await store.logits.byKeys([{ modelId: model.id, index: 1 }])).toMatchObject([{ label: null }]);
    expect((await store.models.byIds([model.id]))[0].labels).toBeNull();
  });

  it('publish a thousand logits whole, and remove all that hangs on a model', async () => {
    const queued = await store.ingests.enqueue(newIngest('large'));
    await store.models.publish(queued.modelId, published(null, 1_001));
    expect(await store.logits.count(probeSetId)).toBe(1_003);
    expect(await store.models.remove(queued.modelId)).toBe(true);
    expect(await store.models.remove(queued.modelId)).toBe(false);
    expect(await store.logits.count(probeSetId)).toBe(2);
    expect(await store.ingests.byIds([queued.id])).toEqual([]);
  });
});

describe('blobs', () => {
  it('are swept when nothing refers to them and they are old enough', async () => {
    const { digest } = await store.blobs.put(Buffer.from('orphan'));
    expect(await store.sweepBlobs()).toBe(0);
    expect(await store.sweepBlobs(-1_000)).toBe(1);
    expect(await store.blobs.has(digest)).toBe(false);
  });
});

describe('a data folder', () => {
  it('belongs to one process at a time', async () => {
    await expect(openStore({ dataFolder: folder })).rejects.toMatchObject({
      code: 'DATA_FOLDER_IN_USE',
      details: { pid: process.pid },
    });
  });

  it('keeps everything when it is closed and opened', async () => {
    await store.close();
    store = await openStore({ dataFolder: folder });
    expect((await store.probeSets.list()).map(({ name }) => name)).toEqual(['set']);
  });

  it('counts statements for whoever listens', async () => {
    const seen: string[] = [];
    const stop = store.onStatement((sql) => seen.push(sql));
    await store.probeSets.list();
    stop();
    await store.probeSets.list();
    expect(seen).toHaveLength(1);
  });
});
