import { afterAll, beforeAll, expect, it, onTestFinished, vi } from 'vitest';
import { INTERNAL_VIEWER, type Store } from '../../src/store/index.js';
import { newIngest, takeUp } from './models.js';
import { openStoreWithSet } from './store-with-set.js';

let store: Store;
let probeSetId: string;
let close: () => Promise<void>;
beforeAll(async () => {
  ({ store, probeSetId, close } = await openStoreWithSet());
});
afterAll(() => close());

const of = (name: string) =>
  store.as({ ...INTERNAL_VIEWER, actor: { name, address: null, userAgent: null, requestId: null } }).runners;
const runner = (name: string) => ({ name, flavors: ['mlflow.pytorch'], software: null });

it('keeps at most 200 runners of one actor, and those of others', async () => {
  const other = await of('other').announce(runner('z'));
  const first = await of('one').announce(runner('first'));
  for (let index = 0; index < 200; index++) await of('one').announce(runner(`gpu-${index}`));
  expect(await of('one').own(first.id)).toBeNull();
  expect(await of('other').own(other.id)).toMatchObject({ name: 'z' });
});

it('keeps one of the same name that lives', async () => {
  const living = await of('two').announce(runner('gpu'));
  await of('two').announce(runner('gpu'));
  expect(await of('two').own(living.id)).not.toBeNull();
});

it('replaces one of the same name that was not seen for a minute', async () => {
  const gone = await of('three').announce(runner('gpu'));
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 61_000 });
  onTestFinished(() => void vi.useRealTimers());
  const next = await of('three').announce(runner('gpu'));
  expect(await of('three').own(gone.id)).toBeNull();
  expect(await of('three').own(next.id)).not.toBeNull();
});

it('counts an ingest at a dead runner as no abandoned one of a worker', async () => {
  const { ingests } = store;
  const atRunner = await ingests.enqueue(newIngest(probeSetId, 'for a runner'));
  await ingests.awaitRunner((await takeUp(store, atRunner.id)).claim, ['mlflow.pytorch'], null);
  const taken = await ingests.claim('runner', 60_000, { maxKills: 3, flavors: ['mlflow.pytorch'] });
  expect(taken?.id).toBe(atRunner.id);
  const atWorker = await ingests.enqueue(newIngest(probeSetId, 'for a worker'));
  const { claim } = await takeUp(store, atWorker.id);
  expect(await ingests.counts()).toMatchObject({ RUNNING: 2, atRunners: 1, abandoned: 0 });
  if (taken) await ingests.renew(taken.claim, -1_000);
  await ingests.renew(claim, -1_000);
  expect(await ingests.counts()).toMatchObject({ RUNNING: 2, atRunners: 1, abandoned: 1 });
});
