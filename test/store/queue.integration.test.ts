import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ClaimLost, type NewIngest, type Store } from '../../src/store/index.js';
import { failWaiting, makeVisible, newIngest, published } from './models.js';
import { openStoreWithSet } from './store-with-set.js';

const LEASE = 60_000;
const TERMS = { maxKills: 3 };
let store: Store;
let probeSetId: string;
let close: () => Promise<void>;

beforeAll(async () => {
  ({ store, probeSetId, close } = await openStoreWithSet());
});
afterAll(() => close());
/** Each test has a queue that never was. */
afterEach(async () => {
  for (const id of await store.models.ids({})) await store.models.remove(id);
});

const enqueue = (name: string, more: Partial<NewIngest> = {}) =>
  store.ingests.enqueue({ ...newIngest(probeSetId, name), ...more });
const claim = (worker = 'worker', leaseMs = LEASE) => store.ingests.claim(worker, leaseMs, TERMS);
const taken = async (worker?: string, leaseMs?: number) =>
  ((await claim(worker, leaseMs)) ?? expect.fail()).claim;
const byId = async (id: string) => (await store.ingests.byIds([id]))[0] ?? expect.fail();

/** Claims all that is due, and says which models in which order; each is done before the next is taken. */
async function claimedInOrder(): Promise<string[]> {
  const names: string[] = [];
  for (let ingest = await claim(); ingest; ingest = await claim()) {
    names.push((ingest.request as { name: string }).name);
    await store.ingests.succeed(ingest.claim, 1);
  }
  return names;
}

/** Claims as a worker that is killed at once. */
async function claimAndDie(): Promise<void> {
  await claim(randomUUID(), 0);
  await sleep(5);
}

describe('the order of the queue', () => {
  it('is by age by default', async () => {
    for (const name of ['a', 'b', 'c']) await enqueue(name);
    expect(await claimedInOrder()).toEqual(['a', 'b', 'c']);
  });

  it('puts higher priorities first', async () => {
    await enqueue('low', { priority: -10 });
    await enqueue('plain');
    await enqueue('high', { priority: 10 });
    expect(await claimedInOrder()).toEqual(['high', 'plain', 'low']);
  });

  it('gives every registry its turn, whatever the order and number of requests', async () => {
    for (const name of ['a1', 'a2', 'a3', 'a4']) await enqueue(name, { lane: 'a' });
    for (const name of ['b1', 'b2']) await enqueue(name, { lane: 'b' });
    await enqueue('direct');
    expect(await claimedInOrder()).toEqual(['a1', 'b1', 'direct', 'a2', 'b2', 'a3', 'a4']);
  });

  it('lets a registry that has less at work go first', async () => {
    for (const name of ['a1', 'a2']) await enqueue(name, { lane: 'a' });
    const names = [await claim('one'), await claim('two')];
    expect(names.every((ingest) => ingest !== null)).toBe(true);
    for (const name of ['a3', 'a4']) await enqueue(name, { lane: 'a' });
    for (const name of ['b1', 'b2']) await enqueue(name, { lane: 'b' });
    const next = [await claim('three'), await claim('four')];
    expect(next.map((ingest) => (ingest?.request as { name: string }).name)).toEqual(['b1', 'b2']);
  });

  it('skips an ingest that waits for another attempt until the attempt is due', async () => {
    await enqueue('waits');
    await store.ingests.retryLater(await taken(), { code: 'SOURCE_TIMEOUT', message: 'm', delayMs: 2_000 });
    await enqueue('next');
    expect(await claimedInOrder()).toEqual(['next']);
    await expect.poll(claimedInOrder, { timeout: 30_000 }).toEqual(['waits']);
  });
});

describe('an ingest that failed for a reason that may pass', () => {
  it('is queued with the reason and the time of the next attempt', async () => {
    const { id } = await enqueue('model');
    const failure = { code: 'SOURCE_TIMEOUT', message: 'm', delayMs: 60_000 };
    await store.ingests.retryLater(await taken(), failure);
    const waiting = await byId(id);
    expect(waiting).toMatchObject({ state: 'QUEUED', errorCode: 'SOURCE_TIMEOUT', failures: 1, attempts: 1 });
    expect(waiting.nextAttemptAt?.getTime()).toBeGreaterThan(Date.now() + 30_000);
  });

  it('loses its error when the next attempt starts', async () => {
    const { id } = await enqueue('model');
    await store.ingests.retryLater(await taken(), { code: 'SOURCE_TIMEOUT', message: 'm', delayMs: 0 });
    await sleep(5);
    expect(await claim()).toMatchObject({
      id,
      attempts: 2,
      failures: 1,
      errorCode: null,
      nextAttemptAt: null,
    });
  });

  it('is not changed by a worker that lost its claim', async () => {
    const { id } = await enqueue('model');
    const dead = await taken('dead', 0);
    await sleep(5);
    await claim('next');
    const failure = { code: 'INTERNAL', message: 'm', delayMs: 0 };
    await expect(store.ingests.retryLater(dead, failure)).rejects.toThrow(ClaimLost);
    await expect(store.ingests.fail(dead, 'INTERNAL', 'm')).rejects.toThrow(ClaimLost);
    expect((await byId(id)).state).toBe('RUNNING');
  });

  it('can be given up, with that reason', async () => {
    const { id, modelId } = await enqueue('model');
    const failure = { code: 'SOURCE_TIMEOUT', message: 'm', delayMs: 60_000 };
    await store.ingests.retryLater(await taken(), failure);
    await store.ingests.giveUp(id);
    expect(await byId(id)).toMatchObject({
      state: 'FAILED',
      errorCode: 'SOURCE_TIMEOUT',
      nextAttemptAt: null,
    });
    expect(await store.models.byIds([modelId])).toMatchObject([{ status: 'FAILED' }]);
  });
});

describe('an ingest whose worker is killed', () => {
  it('is claimed by the next worker, but not by one that still runs it', async () => {
    const { id } = await enqueue('model');
    await claimAndDie();
    expect(await store.ingests.claim('same', LEASE, { ...TERMS, held: [id] })).toBeNull();
    expect(await claim('next')).toMatchObject({ id, attempts: 2, kills: 1 });
  });

  it('is parked with its own error code after repeated kills', async () => {
    const { id, modelId } = await enqueue('deadly');
    for (let kill = 0; kill < TERMS.maxKills; kill++) await claimAndDie();
    expect(await claim()).toBeNull();
    expect(await byId(id)).toMatchObject({
      state: 'FAILED',
      errorCode: 'INGEST_KILLS_WORKERS',
      errorMessage: expect.stringContaining('3 times in a row'),
      attempts: 3,
    });
    expect(await store.models.byIds([modelId])).toMatchObject([{ status: 'FAILED' }]);
  });

  it('does not block other ingests', async () => {
    await enqueue('deadly');
    const { id } = await enqueue('harmless');
    for (let kill = 0; kill < TERMS.maxKills; kill++) await claimAndDie();
    expect(await claim()).toMatchObject({ id });
  });

  it('is not charged with the kill if it finished a batch', async () => {
    await enqueue('large');
    for (let kill = 0; kill < TERMS.maxKills + 2; kill++) {
      await claimAndDie();
      const next = await taken('next', 0);
      await store.ingests.progress(next, { stage: 'PROBING', done: kill, total: 9, etaSeconds: null }, true);
    }
    expect(await claim()).toMatchObject({ kills: 1 });
  });

  it('is not charged with a kill if its worker returned it to the queue', async () => {
    const { id } = await enqueue('model');
    await claimAndDie();
    await store.ingests.release(await taken('next'));
    expect(await byId(id)).toMatchObject({ state: 'QUEUED', kills: 0 });
  });
});

describe('an ingest that is tried again on request', () => {
  it('goes back into the queue under its id, and its model waits again', async () => {
    const { id, modelId } = await enqueue('model');
    await failWaiting(store, id);
    expect(await store.ingests.retry(id)).toMatchObject({
      id,
      state: 'QUEUED',
      errorCode: null,
      finishedAt: null,
    });
    expect(await store.models.byIds([modelId])).toMatchObject([{ status: 'PENDING' }]);
    expect(await claim()).toMatchObject({ id, attempts: 2 });
  });

  it('may have been cancelled', async () => {
    const { id } = await enqueue('model');
    await store.ingests.cancel(id);
    expect(await store.ingests.retry(id)).toMatchObject({ state: 'QUEUED' });
  });

  it('is queued once when two callers retry it at once', async () => {
    const { id } = await enqueue('model');
    await store.ingests.cancel(id);
    const asked = await Promise.allSettled([store.ingests.retry(id), store.ingests.retry(id)]);
    expect(asked.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('is refused while it runs or after it succeeded', async () => {
    const { id } = await enqueue('model');
    await expect(store.ingests.retry(id)).rejects.toMatchObject({ code: 'INGEST_NOT_RETRYABLE' });
    await store.ingests.succeed(await taken(), 1);
    await expect(store.ingests.retry(id)).rejects.toMatchObject({ code: 'INGEST_NOT_RETRYABLE' });
  });

  it('is refused unless it is the latest of its model', async () => {
    const { id, modelId } = await enqueue('model');
    await store.ingests.cancel(id);
    await store.ingests.enqueueReprobe(modelId);
    await expect(store.ingests.retry(id)).rejects.toMatchObject({ code: 'INGEST_NOT_RETRYABLE' });
  });

  it('must not be of a version whose responses are uploaded by now', async () => {
    const { id, modelId } = await enqueue('model');
    await failWaiting(store, id);
    const facts = { labels: null, license: null, registry: null, visibility: null };
    const external = { name: 'model', version: '1', probeSetId, ...facts };
    await store.models.registerExternal(external);
    await expect(store.ingests.retry(id)).rejects.toMatchObject({ code: 'MODEL_EXTERNAL' });
    expect(await byId(id)).toMatchObject({ state: 'FAILED' });
    expect(await store.models.byIds([modelId])).toMatchObject([{ status: 'PENDING', source: 'external' }]);
  });

  it('is refused if it does not exist', async () => {
    await expect(store.ingests.retry(randomUUID())).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

it('a re-probed model takes the turn of direct requests', async () => {
  const { id, modelId } = await enqueue('a1', { registry: 'a', lane: 'a' });
  await makeVisible(store, id, published(probeSetId, null));
  await store.ingests.enqueueReprobe(modelId);
  await enqueue('a2', { lane: 'a' });
  expect(await claimedInOrder()).toEqual(['a1', 'a2']);
  expect(await store.ingests.page({ registry: 'a', first: 10 })).toHaveLength(2);
});

it('lists are of one state and one registry, the newest first', async () => {
  const failed: string[] = [];
  for (const [name, registry] of [
    ['a1', 'a'],
    ['b1', 'b'],
    ['a2', 'a'],
  ]) {
    const { id } = await enqueue(name, { registry });
    await failWaiting(store, id);
    if (registry === 'a') failed.unshift(id);
  }
  await enqueue('a3', { registry: 'a' });
  const page = await store.ingests.page({ states: ['FAILED'], registry: 'a', first: 10 });
  expect(page.map(({ id }) => id)).toEqual(failed);
  expect(await store.ingests.page({ states: ['FAILED'], registry: 'a', first: 10, after: page[0] })).toEqual([
    page[1],
  ]);
});
