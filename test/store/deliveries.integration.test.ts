import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelChange, Store } from '../../src/store/index.js';
import { requires } from '../fixtures/requires.js';
import { newIngest, prepareFor, registrationOf, takeUp } from './models.js';
import { type PostgresServer, startPostgres } from './postgres-server.js';
import { openStoreWithSet } from './store-with-set.js';

const databases = ['embedded', ...(requires('postgresql') ? ['server'] : [])];

describe.each(databases)('deliveries on an %s database', (kind) => {
  let server: PostgresServer | undefined;
  let store: Store;
  let probeSetId: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    if (kind === 'server') server = await startPostgres();
    ({ store, probeSetId, close } = await openStoreWithSet({ databaseUrl: server?.url }));
  });

  afterAll(async () => {
    await close();
    await server?.stop();
  });

  const record = (
    deliveryId: string | null,
    change: ModelChange,
    occurredAt: Date | null = null,
    ingest: object = {},
  ) =>
    store.deliveries.record(
      { source: 'registry', deliveryId, event: 'e', occurredAt, change },
      prepareFor(probeSetId, ingest),
    );

  it('are recorded with their outcome', async () => {
    const { ingestId, outcome } = await record('d-1', registrationOf('one'));
    expect(outcome).toBe('ACCEPTED');
    expect(await store.deliveries.find('registry', 'd-1')).toEqual({
      source: 'registry',
      deliveryId: 'd-1',
      receivedAt: expect.any(Date),
      event: 'e',
      occurredAt: null,
      outcome: 'ACCEPTED',
      reason: null,
      ingestId,
    });
    expect(await store.deliveries.find('other', 'd-1')).toBeNull();
    const [model] = await store.models.byName('one');
    expect(model).toMatchObject({ registry: 'registry', status: 'PENDING' });
  });

  it('store every fact of the version that they register', async () => {
    const labels = ['a "dog"', '{b, c}', 'NULL', ''];
    const facts = { license: "O'MIT", visibility: 'team-a' };
    await record('facts-1', registrationOf('facts', { source: '/facts.onnx' }), null, { ...facts, labels });
    const [model] = await store.models.byName('facts');
    expect(model).toMatchObject({
      ...facts,
      version: '1',
      source: '/facts.onnx',
      registry: 'registry',
      probeSetId,
    });
    expect(await store.models.labels(model.id)).toEqual(labels);
    await record('facts-2', registrationOf('no facts'));
    const [plain] = await store.models.byName('no facts');
    expect(plain).toMatchObject({ license: null, visibility: null });
    expect(await store.models.labels(plain.id)).toBeNull();
  });

  it('that arrive at once make one model and one ingest', async () => {
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, index) => record(`at-once-${index % 4}`, registrationOf('at once'))),
    );
    expect(new Set(results.map(({ ingestId }) => ingestId)).size).toBe(1);
    expect(results.filter(({ outcome }) => outcome === 'ACCEPTED')).toHaveLength(1);
    expect(await store.models.byName('at once')).toHaveLength(1);
  });

  it('leave nothing behind when their change fails', async () => {
    const request = { text: '\0' };
    await expect(record('broken', registrationOf('broken'), null, { request })).rejects.toThrow();
    expect(await store.deliveries.find('registry', 'broken')).toBeNull();
    expect(await store.models.byName('broken')).toEqual([]);
  });

  it('annotations of eight versions of one model that are read at once are all written', async () => {
    const versions = Array.from({ length: 8 }, (_, index) => String(index));
    const claimed = [];
    for (const version of versions) {
      const { ingestId } = await record(null, registrationOf('eight', { version }));
      claimed.push(await takeUp(store, ingestId ?? ''));
    }
    const annotationsOf = (version: string) => ({ tags: { version }, aliases: [`v${version}`] });
    const revisions = await Promise.all(
      claimed.map(({ modelId }) => store.models.annotationsRevision(modelId)),
    );
    const written = claimed.map(({ claim }, index) =>
      store.models.replaceAnnotations(claim, annotationsOf(versions[index]), revisions[index]),
    );
    expect(await Promise.all(written)).toEqual(Array(8).fill(true));
    const annotations = await store.models.annotations(claimed.map(({ modelId }) => modelId));
    expect(claimed.map(({ modelId }) => annotations.get(modelId))).toEqual(versions.map(annotationsOf));
    for (const { id } of claimed) await store.ingests.cancel(id);
  });

  it('annotations that take an alias from another version outdate what was read of that version before', async () => {
    const claimed = [];
    for (const version of ['1', '2']) {
      const { ingestId } = await record(null, registrationOf('taken', { version }));
      claimed.push(await takeUp(store, ingestId ?? ''));
    }
    const [one, two] = claimed;
    const champion = { tags: {}, aliases: ['champion'] };
    expect(await store.models.replaceAnnotations(one.claim, champion, 0)).toBe(true);
    const before = await store.models.annotationsRevision(one.modelId);
    expect(await store.models.replaceAnnotations(two.claim, champion, 0)).toBe(true);
    expect(await store.models.replaceAnnotations(one.claim, champion, before)).toBe(false);
    // Nothing was written, so what was read of the other version is still current.
    expect(await store.models.annotationsRevision(two.modelId)).toBe(1);
    const annotations = await store.models.annotations([one.modelId, two.modelId]);
    expect([...annotations]).toEqual([[two.modelId, champion]]);
    for (const { id } of claimed) await store.ingests.cancel(id);
  });

  it('without an id are never treated as duplicates', async () => {
    const nothing: ModelChange = { kind: 'IGNORE', reason: 'because' };
    for (let time = 0; time < 2; time++) {
      expect((await record(null, nothing)).outcome).toBe('IGNORED');
    }
  });

  it('that are superseded by a later event about the version change nothing', async () => {
    const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second));
    await record('late-2', registrationOf('late'), at(2));
    await record('late-4', { kind: 'REMOVE', name: 'late', version: '1' }, at(4));
    expect((await record('late-3', registrationOf('late'), at(3))).outcome).toBe('IGNORED');
    expect((await record('late-4 too', registrationOf('late'), at(4))).outcome).toBe('ACCEPTED');
  });

  it('that remove an unregistered version refuse its late registration', async () => {
    const removal: ModelChange = { kind: 'REMOVE', name: 'held up', version: '1' };
    const then = new Date(Date.UTC(2026, 0, 1));
    expect((await record('held-2', removal, then)).outcome).toBe('IGNORED');
    const before = new Date(then.getTime() - 1);
    expect((await record('held-1', registrationOf('held up'), before)).outcome).toBe('IGNORED');
  });

  it('from the future do not make later events stale', async () => {
    await record('future', registrationOf('future'), new Date(Date.now() + 86_400_000));
    const removal: ModelChange = { kind: 'REMOVE', name: 'future', version: '1' };
    expect((await record('present', removal, new Date(Date.now() + 5))).outcome).toBe('ACCEPTED');
  });

  it('return the ingests to stop and the models to remove from the gallery', async () => {
    const { ingestId } = await record('stop-1', registrationOf('stopped'));
    const [model] = await store.models.byName('stopped');
    const removal: ModelChange = { kind: 'REMOVE', name: 'stopped', version: null };
    expect(await record('stop-2', removal)).toEqual({
      outcome: 'ACCEPTED',
      ingestId: null,
      reason: null,
      cancelled: [ingestId],
      removed: [{ modelId: model.id, probeSetId }],
    });
  });

  it('that take up a failed version keep its visibility', async () => {
    const ingest = newIngest(probeSetId, 'closed');
    const { ingestId } = await record('closed-1', registrationOf('closed'));
    await store.ingests.cancel(ingestId ?? '');
    const [{ id }] = await store.models.byName('closed');
    await store.models.setVisibility(id, 'top');
    const taken = [
      async () => (await record('closed-2', registrationOf('closed'))).ingestId,
      async () =>
        (await record('closed-3', registrationOf('closed'), null, { visibility: 'team-a' })).ingestId,
      async () => (await store.ingests.enqueue(ingest)).id,
    ];
    for (const take of taken) {
      const next = await take();
      const [model] = await store.models.byIds([id]);
      expect(model).toMatchObject({ status: 'PENDING', visibility: 'top' });
      await store.ingests.cancel(next ?? '');
    }
    const { name, version, labels } = ingest;
    const external = { name, version, labels, probeSetId, license: null, registry: null, visibility: null };
    expect(await store.models.registerExternal(external)).toMatchObject({ id, visibility: 'top' });
  });

  it('have a row in the audit for each version that they change, with who sent them', async () => {
    const sender = { address: '198.51.100.7', userAgent: `sender/${'1'.repeat(200)}` };
    const send = (change: ModelChange, occurredAt: Date | null = null) =>
      store.deliveries.record(
        { source: 'registry', deliveryId: null, event: 'e', occurredAt, change, sender },
        prepareFor(probeSetId),
      );
    for (const version of ['1', '2']) await send(registrationOf('rowed', { version }));
    const [one, two] = await store.models.byName('rowed');
    await send(registrationOf('rowed', { updated: true }));
    await send({ kind: 'SET_TAG', name: 'rowed', version: '1', key: 'k', value: 'v' });
    await send({ kind: 'SET_ALIAS', name: 'rowed', alias: 'champion', version: '1' });
    await send(registrationOf('rowed', { alias: 'challenger' }));
    const sourcePrefix = { from: 'a', to: 'b' };
    await send({ kind: 'RENAME', name: 'rowed', newName: 'rowed anew', sourcePrefix });
    await send({ kind: 'REMOVE', name: 'rowed anew', version: null });
    const rows = async (modelId: string) => (await store.audit.page({ modelId, first: 100 })).reverse();
    const actions = async (modelId: string) => (await rows(modelId)).map(({ action }) => action);
    const [first, last] = [['MODEL_REGISTERED'], ['MODEL_RENAMED', 'MODEL_REMOVED']];
    const noted = Array(3).fill('MODEL_ANNOTATED');
    expect(await actions(one.id)).toEqual([...first, 'MODEL_REGISTERED', ...noted, ...last]);
    expect(await actions(two.id)).toEqual([...first, ...last]);
    for (const row of [...(await rows(one.id)), ...(await rows(two.id))]) {
      expect(row).toMatchObject({ actor: 'webhook:registry', address: sender.address });
      expect(row.userAgent).toHaveLength(120);
    }
  });

  it('whose version turns out to be gone at its source have its removal in the audit', async () => {
    const { ingestId } = await record(null, registrationOf('gone'));
    const { claim, modelId } = await takeUp(store, ingestId ?? '');
    await store.models.removeClaimed(claim);
    const [row] = await store.audit.page({ modelId, first: 1 });
    expect(row).toMatchObject({ action: 'MODEL_REMOVED', actor: 'webhook:registry', target: 'gone 1' });
  });

  it('are forgotten after their time, and only then', async () => {
    await record('pruned', { kind: 'IGNORE', reason: 'because' });
    expect(await store.deliveries.prune(new Date(Date.now() - 60_000))).toBe(0);
    expect(await store.deliveries.prune(new Date(Date.now() + 60_000))).toBeGreaterThan(0);
    expect(await store.deliveries.find('registry', 'pruned')).toBeNull();
  });
});
