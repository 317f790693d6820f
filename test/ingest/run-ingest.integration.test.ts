import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type GalleryWriter, type PipelineDependencies, runIngest } from '../../src/ingest/index.js';
import { type ClaimedIngest, ClaimLost, type ModelChange } from '../../src/store/index.js';
import { meanColor } from '../probing/support/made-models.js';
import { type Loopback, sendFile, startLoopback } from '../registries/loopback.js';
import { newIngest, takeUp } from '../store/models.js';
import { pipelineOf } from './support/pipeline-of.js';
import { openSmallService, type SmallService } from './support/small-service.js';

const GOING_ON = new AbortController().signal;
const DOWNLOAD = { privateAddresses: ['127.0.0.0/8'], stallMs: 60_000, maxBytes: 2 ** 30 };

let small: SmallService;
let site: Loopback;
/** What happens, once, while the model file is fetched. */
let whileFetching: () => Promise<unknown>;
let isThere = true;
beforeAll(async () => {
  small = await openSmallService({ work: false });
  site = await startLoopback(async (request, response) => {
    const happens = whileFetching;
    whileFetching = async () => undefined;
    await happens();
    if (isThere && request.url?.startsWith('/model')) sendFile(request, response, meanColor(), '"one"');
    else response.writeHead(404).end();
  });
});
beforeEach(() => {
  whileFetching = async () => undefined;
  isThere = true;
});
afterAll(async () => {
  await small.close();
  await site.close();
});

const store = () => small.service.store;
const run = (ingest: ClaimedIngest, changed: Partial<PipelineDependencies> = {}) =>
  runIngest(ingest, GOING_ON, pipelineOf(small, { download: DOWNLOAD, ...changed }));

async function claimed(source: Uint8Array | string, request = {}): Promise<ClaimedIngest> {
  return takeUp(store(), (await small.enqueue(source, request)).id);
}

/** A gallery that is known by what is in it, and lets something happen before it takes a model in. */
function galleryWith(beforeAdding: () => Promise<unknown>) {
  const models = new Map<string, string>();
  const gallery: GalleryWriter = {
    async add(_, { modelId, responsesDigest }) {
      await beforeAdding();
      models.set(modelId, responsesDigest);
    },
    remove: async (_, modelId) => void models.delete(modelId),
  };
  return { gallery, models };
}

describe('between publishing a model and adding it to the gallery', () => {
  it('a removed model stays removed', async () => {
    const ingest = await claimed(meanColor());
    const { gallery, models } = galleryWith(() => small.service.ingest.remove(ingest.modelId));
    await expect(run(ingest, { gallery })).rejects.toThrow(ClaimLost);
    expect([...models.keys()]).toEqual([]);
    expect(await store().models.byIds([ingest.modelId])).toEqual([]);
  });

  it('the responses of a faster ingest stay', async () => {
    const ingest = await claimed(meanColor());
    const newer = 'cd'.repeat(32);
    let isFirst = true;
    const { gallery, models } = galleryWith(async () => {
      if (!isFirst) return;
      isFirst = false;
      await store().ingests.cancel(ingest.id);
      const next = await takeUp(store(), (await store().ingests.enqueueReprobe(ingest.modelId)).id);
      const [model] = await store().models.byIds([ingest.modelId]);
      const { probeSetId, inputShape, preprocessing, outputName, notes } = model;
      const facts = { probeSetId, inputShape, preprocessing, outputName, notes, logFloor: null };
      const published = { ...facts, outputs: 4, responsesDigest: newer, labels: null, logits: [] };
      await store().models.publish(next.claim, { ...published, responseKind: 'LOGITS' });
      models.set(ingest.modelId, newer);
    });
    await expect(run(ingest, { gallery })).rejects.toThrow(ClaimLost);
    expect(models.get(ingest.modelId)).toBe(newer);
  });
});

describe('while a model file is fetched', () => {
  const seen = (id: string) => store().models.byIds([id]);

  it.each([
    ['is cancelled', (id: string) => store().ingests.cancel(id)],
    ['is superseded', (id: string) => supersede(id)],
  ])('an ingest that %s writes nothing of the file any more', async (_, end) => {
    const ingest = await claimed(`${site.url}/model.onnx`, { registry: 'standard' });
    whileFetching = () => end(ingest.id);
    await expect(run(ingest)).rejects.toThrow(ClaimLost);
    const [model] = await seen(ingest.modelId);
    expect(model).toMatchObject({ fileDigest: null, fileBytes: null, responsesDigest: null });
  });

  async function supersede(id: string) {
    const [{ modelId }] = await store().ingests.byIds([id]);
    const request = await store().ingests.request(id);
    const [{ name, version, source, probeSetId }] = await seen(modelId);
    const ingest = { ...newIngest(probeSetId, name), version, source, request };
    const change: ModelChange = { kind: 'REGISTER', name, version, source, updated: true };
    const delivery = { source: 'standard', deliveryId: null, event: 'e', occurredAt: null, change };
    expect(await store().deliveries.record(delivery, async () => ingest)).toMatchObject({ cancelled: [id] });
  }

  it('tags and aliases of newer events stay; the others come from the registry', async () => {
    const ingest = await versionOf('mlflow');
    const access = readsOf([{ tags: { stage: 'test', owner: 'ada' }, aliases: ['challenger'] }]);
    whileFetching = () => event({ kind: 'SET_TAG', key: 'stage', value: 'live' });
    await run(ingest, { registries: new Map([['mlflow', access]]) });
    expect(await notesOf(ingest)).toEqual({
      tags: { stage: 'live', owner: 'ada' },
      aliases: ['challenger'],
    });
    await small.service.ingest.remove(ingest.modelId);
  });

  it('tags and aliases are read again when an event arrives meanwhile', async () => {
    const ingest = await versionOf('mlflow');
    const access = readsOf(
      [
        { tags: { stage: 'test' }, aliases: [] },
        { tags: { stage: 'live' }, aliases: ['champion'] },
      ],
      () => event({ kind: 'SET_ALIAS', alias: 'champion' }),
    );
    await run(ingest, { registries: new Map([['mlflow', access]]) });
    expect(await notesOf(ingest)).toEqual({ tags: { stage: 'live' }, aliases: ['champion'] });
    await small.service.ingest.remove(ingest.modelId);
  });

  it('labels set meanwhile stay', async () => {
    const ingest = await claimed(`${site.url}/model.onnx`, { labels: ['a', 'b', 'c', 'd'] });
    whileFetching = () => store().models.setLabels(ingest.modelId, ['w', 'x', 'y', 'z']);
    await run(ingest);
    expect(await store().models.labels(ingest.modelId)).toEqual(['w', 'x', 'y', 'z']);
    expect((await store().logits.page(ingest.modelId, { first: 4 })).map(({ label }) => label)).toEqual([
      'w',
      'x',
      'y',
      'z',
    ]);
    const again = await takeUp(store(), (await store().ingests.enqueueReprobe(ingest.modelId)).id);
    await run(again);
    expect(await store().models.labels(ingest.modelId)).toEqual(['w', 'x', 'y', 'z']);
  });

  it('labels that do not fit end the ingest', async () => {
    const ingest = await claimed(`${site.url}/model.onnx`);
    whileFetching = () => store().models.setLabels(ingest.modelId, ['one']);
    await expect(run(ingest)).rejects.toMatchObject({ code: 'MODEL_LABELS_MISMATCH' });
    expect((await seen(ingest.modelId))[0]).toMatchObject({ responsesDigest: null });
  });

  const event = (
    change: { kind: 'SET_TAG'; key: string; value: string } | { kind: 'SET_ALIAS'; alias: string },
  ) =>
    store().deliveries.record(
      {
        source: 'mlflow',
        deliveryId: null,
        event: 'e',
        occurredAt: null,
        change: { ...change, name: 'noted', version: '1' },
      },
      () => expect.fail('nothing is registered'),
    );

  /** An ingest of a version that a registry told of. */
  async function versionOf(registry: string): Promise<ClaimedIngest> {
    const source = `${registry}:/noted/1`;
    const request = { name: 'noted', version: '1', source };
    const change: ModelChange = { kind: 'REGISTER', ...request, updated: false };
    const delivery = { source: registry, deliveryId: null, event: 'e', occurredAt: null, change };
    const { ingestId } = await store().deliveries.record(delivery, () =>
      small.service.ingest.prepare(request, registry),
    );
    return takeUp(store(), ingestId ?? '');
  }

  /** A registry whose notes are these, one after the other. */
  function readsOf<Notes>(notes: Notes[], afterFirst: () => Promise<unknown> = async () => undefined) {
    let reads = 0;
    return {
      async resolve() {
        const read = notes[Math.min(reads, notes.length - 1)];
        if (reads++ === 0) await afterFirst();
        const preprocessing = { mean: [0, 0, 0], std: [1, 1, 1] };
        return { file: { url: `${site.url}/model.onnx` }, revision: null, annotations: read, preprocessing };
      },
    };
  }

  async function notesOf({ modelId }: ClaimedIngest) {
    return (await store().models.annotations([modelId])).get(modelId);
  }
});

describe('events that create and delete a version at the same moment', () => {
  const AT = new Date(Date.UTC(2026, 0, 1));

  /** Delivers both in an order, and works on what they queue. */
  async function deliver(name: string, kinds: ('REGISTER' | 'REMOVE')[]): Promise<void> {
    const source = `${site.url}/model.onnx`;
    const preprocessing = { mean: [0, 0, 0], std: [1, 1, 1] };
    const prepared = await small.service.ingest.prepare(
      { name, version: '1', source, preprocessing },
      'standard',
    );
    for (const kind of kinds) {
      const change: ModelChange =
        kind === 'REMOVE'
          ? { kind, name, version: '1' }
          : { kind, name, version: '1', source, updated: false };
      await store().deliveries.record(
        { source: 'standard', deliveryId: `${name} ${kind}`, event: kind, occurredAt: AT, change },
        async () => prepared,
      );
    }
    const [waiting] = await store().ingests.page({ states: ['QUEUED'], registry: 'standard', first: 1 });
    await run(await takeUp(store(), waiting.id));
  }

  it.each([[['REGISTER', 'REMOVE'] as const], [['REMOVE', 'REGISTER'] as const]])(
    '%s: the source decides',
    async (kinds) => {
      await deliver(`there ${kinds[0]}`, [...kinds]);
      expect(await store().models.byName(`there ${kinds[0]}`)).toMatchObject([{ status: 'READY' }]);
      isThere = false;
      await deliver(`gone ${kinds[0]}`, [...kinds]);
      expect(await store().models.byName(`gone ${kinds[0]}`)).toEqual([]);
    },
  );
});
