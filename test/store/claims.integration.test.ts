import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Claim, ClaimLost, type Store } from '../../src/store/index.js';
import { makeVisible, newIngest, prepareFor, published, registrationOf, takeUp } from './models.js';
import { openStoreWithSet } from './store-with-set.js';

let store: Store;
let probeSetId: string;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ store, probeSetId, close } = await openStoreWithSet());
});
afterAll(() => close());

const PROGRESS = { stage: 'PROBING', done: 7, total: 9, etaSeconds: 1 } as const;

/** Everything that a running job may write. */
const WRITES: Record<string, (claim: Claim) => Promise<unknown>> = {
  recordFile: (claim) => store.models.recordFile(claim, { fileDigest: 'old', fileBytes: 1, revision: 'old' }),
  replaceAnnotations: (claim) =>
    store.models.replaceAnnotations(claim, { tags: { from: 'old' }, aliases: ['old'] }, 0),
  progress: (claim) => store.ingests.progress(claim, PROGRESS, true),
  publish: (claim) => store.models.publish(claim, published(probeSetId, ['old', 'old'])),
  succeed: (claim) => store.ingests.succeed(claim, 1),
  fail: (claim) => store.ingests.fail(claim, 'INTERNAL', 'old'),
  retryLater: (claim) => store.ingests.retryLater(claim, { code: 'INTERNAL', message: 'old', delayMs: 0 }),
  removeClaimed: (claim) => store.models.removeClaimed(claim),
};

/** How a claim ends that its worker does not know of yet. */
const ENDS: Record<string, (claim: Claim, name: string) => Promise<unknown>> = {
  'was cancelled': ({ ingestId }) => store.ingests.cancel(ingestId),
  'was cancelled, tried again and taken up by the same worker': async ({ ingestId, worker }) => {
    await store.ingests.renew(await claimOf(ingestId), 0);
    await store.ingests.cancel(ingestId);
    await store.ingests.retry(ingestId);
    await expect.poll(() => store.ingests.claim(worker, 60_000)).toMatchObject({ id: ingestId });
  },
  'was taken over': async ({ ingestId }) => {
    await store.ingests.renew(await claimOf(ingestId), 0);
    await expect.poll(() => store.ingests.claim('other', 60_000)).toMatchObject({ id: ingestId });
  },
  'was superseded by an event': async (_, name) => {
    const change = registrationOf(name, { updated: true });
    const delivery = { source: 'registry', deliveryId: null, event: 'e', occurredAt: null, change };
    const { cancelled } = await store.deliveries.record(delivery, prepareFor(probeSetId));
    expect(cancelled).toHaveLength(1);
  },
};

async function claimOf(ingestId: string): Promise<Claim> {
  const [{ attempts: attempt }] = await store.ingests.byIds([ingestId]);
  return { ingestId, worker: 'worker', attempt };
}

describe.each(Object.keys(ENDS))('a worker whose claim %s', (end) => {
  it.each(Object.keys(WRITES))('changes nothing by %s', async (write) => {
    const name = `${end}, ${write}`;
    const { id, modelId } = await store.ingests.enqueue({
      ...newIngest(probeSetId, name),
      registry: 'registry',
    });
    const { claim } = await takeUp(store, id);
    await ENDS[end](claim, name);
    const seen = async () => [
      await store.models.byIds([modelId]),
      await store.logits.page(modelId, { first: 5 }),
      await store.models.annotations([modelId]),
      await store.ingests.byIds([id]),
      await store.ingests.latestForModels([modelId]),
    ];
    const before = await seen();
    await expect(WRITES[write](claim)).rejects.toThrow(ClaimLost);
    expect(await seen()).toEqual(before);
    expect(await store.ingests.renew(claim, 60_000)).toBe(false);
    await store.models.remove(modelId);
  });
});

it('a cancelled ingest that is retried waits until the lease of its worker ends', async () => {
  const { id, modelId } = await store.ingests.enqueue(newIngest(probeSetId, 'let go'));
  await takeUp(store, id);
  await store.ingests.cancel(id);
  expect((await store.ingests.retry(id)).nextAttemptAt?.getTime()).toBeGreaterThan(Date.now() + 30_000);
  expect(await store.ingests.claim('other', 60_000)).toBeNull();
  await store.models.remove(modelId);
});

it('a worker does not claim an ingest that it still runs', async () => {
  const { id, modelId } = await store.ingests.enqueue(newIngest(probeSetId, 'in hand'));
  expect(await store.ingests.claim('worker', 60_000, { held: [id] })).toBeNull();
  expect(await store.ingests.claim('worker', 60_000)).toMatchObject({ id });
  await store.models.remove(modelId);
});

it('cancelling an ended ingest leaves a later ingest of its model alone', async () => {
  const { id, modelId } = await store.ingests.enqueue(newIngest(probeSetId, 'ended before'));
  await store.ingests.cancel(id);
  const later = await store.ingests.enqueueReprobe(modelId);
  await store.ingests.cancel(id);
  expect(await store.models.byIds([modelId])).toMatchObject([{ status: 'PENDING' }]);
  await makeVisible(store, later.id, published(probeSetId, null));
  expect(await store.models.byIds([modelId])).toMatchObject([{ status: 'READY' }]);
});

it('an ingest keeps labels that were set after its request', async () => {
  const { id, modelId } = await store.ingests.enqueue({ ...newIngest(probeSetId, 'labels') });
  const { claim } = await takeUp(store, id);
  await store.models.setLabels(modelId, ['new', 'newer']);
  await expect(
    store.models.publish(claim, published(probeSetId, ['old', 'old', 'old'], 3)),
  ).rejects.toMatchObject({ code: 'MODEL_LABELS_MISMATCH' });
  await store.models.publish(claim, published(probeSetId, ['old', 'old']));
  expect(await store.models.labels(modelId)).toEqual(['new', 'newer']);
  expect(await store.logits.page(modelId, { first: 2 })).toMatchObject([
    { label: 'new' },
    { label: 'newer' },
  ]);
});

it('a claim of nothing writes nothing: what the server remembers of models stays valid', async () => {
  await expect.poll(() => store.ingests.claim('worker', 60_000)).toBeNull();
  const statements: string[] = [];
  const stop = store.onStatement((sql) => statements.push(sql));
  await store.ingests.claim('worker', 60_000);
  stop();
  expect(statements).toHaveLength(1);
  expect(statements[0]).not.toContain('UPDATE');
});
