import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaimLost, placeOf, type Store } from '../../src/store/index.js';
import { requires } from '../fixtures/requires.js';
import { failWaiting, makeVisible, newIngest, published, takeUp } from './models.js';
import { type PostgresServer, startPostgres } from './postgres-server.js';
import { openStoreWithSet } from './store-with-set.js';

const databases = ['embedded', ...(requires('postgresql') ? ['server'] : [])];

describe.each(databases)('on an %s database', (kind) => {
  let server: PostgresServer | undefined;
  let store: Store;
  let probeSetId: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    if (kind === 'server') server = await startPostgres();
    const probes = [0, 1, 2].map((index) => ({
      digest: `${index}`.repeat(64),
      width: 2,
      height: 1,
      mediaType: 'image/png',
    }));
    ({ store, probeSetId, close } = await openStoreWithSet({ databaseUrl: server?.url, probes }));
  });

  afterAll(async () => {
    await close();
    await server?.stop();
  });

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
      const queued = await store.ingests.enqueue(newIngest(probeSetId, 'path'));
      expect(queued).toMatchObject({ state: 'QUEUED', attempts: 0 });
      const claimed = (await store.ingests.claim('worker', 10_000)) ?? expect.fail();
      const { claim } = claimed;
      expect(claimed).toMatchObject({ id: queued.id, state: 'RUNNING', attempts: 1 });
      expect(await store.ingests.claim('worker', 10_000)).toBeNull();
      await store.ingests.progress(claim, { stage: 'PROBING', done: 1, total: 3, etaSeconds: 2 });
      await store.models.recordFile(claim, { fileDigest: 'f', fileBytes: 12 });
      expect(await store.models.searchable(probeSetId)).toEqual([]);
      await store.models.publish(claim, published(probeSetId, ['cat', 'dog']));
      await store.ingests.succeed(claim, 1_000);

      const [model] = await store.models.byIds([queued.modelId]);
      expect(await store.models.labels(queued.modelId)).toEqual(['cat', 'dog']);
      expect(model).toMatchObject({
        status: 'READY',
        fileBytes: 12,
        notes: ['a note'],
      });
      expect(await store.models.searchable(probeSetId)).toHaveLength(1);
      expect(await store.logits.byKeys([{ modelId: model.id, index: 1 }])).toMatchObject([
        { label: 'dog', coverage: 1, completionError: null },
      ]);
      expect(await store.logits.page(model.id, { after: 0, first: 5 })).toHaveLength(1);
      expect(await store.logits.labelsStarting({ prefix: 'DO', first: 5 })).toEqual(['dog']);
      expect((await store.ingests.latestForModels([model.id]))[0]).toMatchObject({
        state: 'SUCCEEDED',
        peakMemoryBytes: 1_000,
        done: 1,
      });
      await expect(store.probeSets.remove(probeSetId)).rejects.toMatchObject({ code: 'PROBE_SET_IN_USE' });
    });

    it('refuse a second ingest of a version that is visible or under way', async () => {
      await expect(store.ingests.enqueue(newIngest(probeSetId, 'path'))).rejects.toMatchObject({
        code: 'MODEL_EXISTS',
      });
      const both = await Promise.allSettled(
        [1, 2].map(() => store.ingests.enqueue(newIngest(probeSetId, 'twice'))),
      );
      expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    });

    it('take up a failed version again, keeping its id', async () => {
      const first = (await store.ingests.claim('worker', 10_000)) ?? expect.fail();
      await store.ingests.fail(first.claim, 'MODEL_EMPTY', 'no bytes');
      expect((await store.models.byIds([first.modelId]))[0].status).toBe('FAILED');
      const again = await store.ingests.enqueue(newIngest(probeSetId, 'twice'));
      expect(again.modelId).toBe(first.modelId);
      await store.ingests.cancel(again.id);
      expect((await store.ingests.byIds([again.id]))[0].state).toBe('CANCELLED');
    });

    it('give a dead worker’s ingest to the next one, and only then', async () => {
      const queued = await store.ingests.enqueue(newIngest(probeSetId, 'lease'));
      const dead = (await store.ingests.claim('dead', 50)) ?? expect.fail();
      expect(await store.ingests.renew({ ...dead.claim, worker: 'other' }, 50)).toBe(false);
      await new Promise((resolve) => setTimeout(resolve, 80));
      const alive = (await store.ingests.claim('alive', 10_000)) ?? expect.fail();
      expect(alive).toMatchObject({ id: queued.id, attempts: 2 });
      expect(await store.ingests.renew(dead.claim, 50)).toBe(false);
      await store.ingests.release(alive.claim);
      expect((await store.ingests.byIds([queued.id]))[0].state).toBe('QUEUED');
      await store.ingests.cancel(queued.id);
    });

    it('probe a visible model again without hiding it', async () => {
      const model = (await store.models.byNameVersion('path', '1')) ?? expect.fail();
      const queued = await store.ingests.enqueueReprobe(model.id);
      await expect(store.ingests.enqueueReprobe(model.id)).rejects.toMatchObject({ code: 'MODEL_EXISTS' });
      await failWaiting(store, queued.id, 'SOURCE_NOT_FOUND');
      expect((await store.models.byIds([model.id]))[0].status).toBe('READY');
    });

    it('list models by part of a name or label, taking % and _ as they are', async () => {
      const names = async (text: string) =>
        (await store.models.page({ text, first: 10 })).map(({ name }) => name);
      expect(await names('PAT')).toEqual(['path']);
      expect(await names('Dog')).toEqual(['path']);
      expect(await names('%')).toEqual([]);
      const all = await store.models.page({ first: 1 });
      const after = placeOf('OLDEST', all[0]);
      expect((await store.models.page({ first: 10, after })).map(({ id }) => id)).not.toContain(all[0].id);
    });

    it('change labels and take them away', async () => {
      const model = (await store.models.byNameVersion('path', '1')) ?? expect.fail();
      await store.models.setLabels(model.id, ['kitten', 'puppy']);
      expect(await store.models.labels(model.id)).toEqual(['kitten', 'puppy']);
      expect(await store.logits.byKeys([{ modelId: model.id, index: 1 }])).toMatchObject([
        { label: 'puppy' },
      ]);
      await store.models.setLabels(model.id, ['kitten', '']);
      expect(await store.logits.byKeys([{ modelId: model.id, index: 1 }])).toMatchObject([{ label: null }]);
      await store.models.setLabels(model.id, null);
      expect(await store.logits.byKeys([{ modelId: model.id, index: 0 }])).toMatchObject([{ label: null }]);
      expect(await store.models.labels(model.id)).toBeNull();
    });

    it('publish a thousand logits whole, and remove all that hangs on a model', async () => {
      const queued = await store.ingests.enqueue(newIngest(probeSetId, 'large'));
      await makeVisible(store, queued.id, published(probeSetId, null, 1_001));
      expect(await store.logits.count(probeSetId)).toBe(1_003);
      expect(await store.models.remove(queued.modelId)).toBe(true);
      expect(await store.models.remove(queued.modelId)).toBe(false);
      expect(await store.logits.count(probeSetId)).toBe(2);
      expect(await store.ingests.byIds([queued.id])).toEqual([]);
    });
  });

  it('malformed ids match nothing', async () => {
    expect(await store.models.byIds(['x'])).toEqual([]);
    expect(await store.models.page({ probeSetId: 'x', first: 1 })).toEqual([]);
    expect(await store.models.searchable('x')).toEqual([]);
    expect(await store.models.setLabels('x', null)).toBe(false);
    expect(await store.models.remove('x')).toBe(false);
    expect(await store.logits.page('x', { first: 1 })).toEqual([]);
    expect(await store.probeSets.probes('x')).toEqual([]);
    await store.probeSets.remove('x');
    for (const fails of [() => store.ingests.cancel('x'), () => store.ingests.enqueueReprobe('x')]) {
      await expect(fails()).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }
    for (const after of [
      [new Date(0).toISOString(), 'x'] as const,
      ['x', '00000000-0000-7000-8000-000000000000'] as const,
    ])
      await expect(store.models.page({ first: 1, after })).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
    const nowhere = newIngest('00000000-0000-7000-8000-000000000000', 'nowhere');
    await expect(store.ingests.enqueue(nowhere)).rejects.toMatchObject({ code: 'PROBE_SET_UNKNOWN' });
  });

  it('a cancelled ingest publishes nothing', async () => {
    const queued = await store.ingests.enqueue(newIngest(probeSetId, 'cancelled'));
    const { claim } = await takeUp(store, queued.id);
    await store.ingests.cancel(queued.id);
    await expect(store.models.publish(claim, published(probeSetId, null))).rejects.toThrow(ClaimLost);
    expect((await store.models.byIds([queued.modelId]))[0].status).toBe('FAILED');
    expect(await store.logits.page(queued.modelId, { first: 1 })).toEqual([]);
  });

  it('a failed model that is probed again is not registered anew meanwhile', async () => {
    const queued = await store.ingests.enqueue(newIngest(probeSetId, 'again'));
    await failWaiting(store, queued.id);
    const asked = await Promise.allSettled([1, 2, 3].map(() => store.ingests.enqueueReprobe(queued.modelId)));
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
    await expect(store.ingests.enqueue(newIngest(probeSetId, 'again'))).rejects.toMatchObject({
      code: 'MODEL_EXISTS',
    });
  });

  it('another probing keeps the request, and takes how much is probed from the caller alone', async () => {
    const request = { name: 'kept', output: 'out', probeSet: probeSetId, probing: { full: true } };
    const { id, modelId } = await store.ingests.enqueue({ ...newIngest(probeSetId, 'kept'), request });
    await store.ingests.cancel(id);
    const { probing: _, ...kept } = request;
    const asked = await store.ingests.enqueueReprobe(modelId, { probing: { budget: 0.2 } });
    expect(await store.ingests.request(asked.id)).toEqual({ ...kept, probing: { budget: 0.2 } });
    await store.ingests.cancel(asked.id);
    const plain = await store.ingests.enqueueReprobe(modelId, { probeSetId: 'another' });
    expect(await store.ingests.request(plain.id)).toEqual({ ...kept, probeSet: 'another' });
    await store.ingests.cancel(plain.id);
  });

  describe('a gallery of which some models were probed in part', () => {
    let setId: string;
    let ids: { full: string; half: string; none: string };

    async function publish(name: string, outputs: number, coverage: number): Promise<string> {
      const { id, modelId } = await store.ingests.enqueue(newIngest(setId, name));
      await makeVisible(store, id, published(setId, null, outputs, coverage));
      return modelId;
    }

    beforeAll(async () => {
      setId = (await store.probeSets.create({ name: 'partly', digest: 'p', probes: [] })).id;
      ids = {
        full: await publish('full', 1, 1),
        half: await publish('half', 3, 0.5),
        none: (await store.ingests.enqueue(newIngest(setId, 'none'))).modelId,
      };
    });

    it('keeps the share and the expected error of each logit', async () => {
      const partly = { coverage: 0.5, completionError: 0.25 };
      expect(await store.logits.page(ids.half, { first: 1 })).toMatchObject([partly]);
      expect(await store.logits.byKeys([{ modelId: ids.half, index: 2 }])).toMatchObject([partly]);
      const coverages = await store.logits.coverages([ids.full, ids.half, ids.none, 'x']);
      expect([...coverages].sort()).toEqual(
        [
          [ids.full, 1],
          [ids.half, 0.5],
        ].sort(),
      );
    });

    it('is narrowed by coverage, which a model that was never probed has not', async () => {
      const matching = async (minCoverage: number) =>
        (await store.models.page({ probeSetId: setId, minCoverage, first: 10 })).map(({ name }) => name);
      expect(await matching(0)).toEqual(['full', 'half']);
      expect(await matching(0.5)).toEqual(['full', 'half']);
      expect(await matching(0.51)).toEqual(['full']);
      expect(await store.models.ids({ probeSetId: setId, minCoverage: 1 })).toEqual([ids.full]);
      expect(await store.models.count({ probeSetId: setId, minCoverage: 1 })).toBe(1);
    });

    it('tells how much of it was run', async () => {
      expect(await store.models.galleryCoverage(setId)).toEqual({ coverage: 0.625, fullyProbedModels: 1 });
      expect(await store.models.galleryCoverage('x')).toEqual({ coverage: 0, fullyProbedModels: 0 });
    });

    it('is upgraded in place', async () => {
      const { id } = await store.ingests.enqueueReprobe(ids.half, { probing: { full: true } });
      await makeVisible(store, id, published(setId, null, 3, 1));
      expect(await store.logits.page(ids.half, { first: 1 })).toMatchObject([
        { modelId: ids.half, index: 0, coverage: 1, completionError: null },
      ]);
      expect(await store.models.galleryCoverage(setId)).toEqual({ coverage: 1, fullyProbedModels: 2 });
    });
  });

  it('each list is one statement, whatever its length', async () => {
    const models = await store.models.page({ first: 100 });
    const ids = models.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(3);
    for (const list of [
      () => store.models.page({ text: 'a', first: 100 }),
      () => store.models.byIds(ids),
      () => store.models.byNameVersions(models),
      () => store.ingests.latestForModels(ids),
      () => store.logits.byKeys(ids.map((modelId) => ({ modelId, index: 0 }))),
      () => store.logits.coverages(ids),
      () => store.models.page({ minCoverage: 0.5, first: 100 }),
      () => store.models.galleryCoverage(probeSetId),
      () => store.probeSets.byIds([probeSetId]),
    ]) {
      const seen: string[] = [];
      const stop = store.onStatement((sql) => seen.push(sql));
      await list();
      stop();
      expect(seen).toHaveLength(1);
    }
  });

  it('finds versions by name, and of a name the newest that can be searched', async () => {
    const versions = [];
    for (const version of ['1', '2', '3']) {
      versions.push(await store.ingests.enqueue({ ...newIngest(probeSetId, 'several'), version }));
    }
    for (const { id } of versions.slice(0, 2)) await makeVisible(store, id, published(probeSetId, null));
    await store.ingests.enqueue({ ...newIngest(probeSetId, 'waiting'), version: '7' });
    const found = await store.models.newestByNames(['several', 'waiting', 'unknown']);
    const named = (models: { name: string; version: string }[]) =>
      models.map(({ name, version }) => `${name} ${version}`).sort();
    expect(named(found)).toEqual(['several 2', 'waiting 7']);
    const asked = [
      { name: 'several', version: '3' },
      { name: 'several', version: '7' },
      { name: 'waiting', version: '7' },
    ];
    expect(named(await store.models.byNameVersions(asked))).toEqual(['several 3', 'waiting 7']);
  });

  it('pages in the order of creation hold every model once', async () => {
    const all = (await store.models.page({ first: 100 })).map(({ id }) => id);
    const paged: string[] = [];
    for (let page = await store.models.page({ first: 2 }); page.length > 0; ) {
      paged.push(...page.map(({ id }) => id));
      page = await store.models.page({ first: 2, after: placeOf('OLDEST', page[page.length - 1]) });
    }
    expect(paged).toEqual(all);
    expect(await store.models.count({})).toBe(all.length);
  });
});
