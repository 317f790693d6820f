import { randomUUID } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProbelogError } from '../../../src/errors/index.js';
import { RunnerService, type RunnerWork } from '../../../src/ingest/index.js';
import { INTERNAL_VIEWER, type Viewer } from '../../../src/store/index.js';
import { expectedRounds, priorFile, tinyPrior } from '../../probing/support/tiny-prior.js';
import { npyFile } from '../support/array-files.js';
import { openSmallService, type SmallService } from '../support/small-service.js';

const PROBES = 150;
const OUTPUTS = 5;

let small: SmallService;
let runners: RunnerService;
beforeAll(async () => {
  small = await openSmallService({ probes: PROBES, work: false });
  runners = runnersWith({});
});
afterAll(() => small.close());

function runnersWith(options: Partial<ConstructorParameters<typeof RunnerService>[0]>): RunnerService {
  return new RunnerService({
    store: small.service.store,
    gallery: { add: async () => undefined, remove: async () => undefined },
    workFolder: join(small.folder, 'ingests'),
    uploadFolder: join(small.folder, 'uploads'),
    maxBytes: 2 ** 20,
    maxOutputs: 100,
    maxConcurrent: 8,
    budget: { budget: 1, errorBound: 0, errorFactor: 0 },
    retries: { attempts: 3, firstDelayMs: 60_000 },
    maxKills: 3,
    prior: async () => null,
    announce: () => undefined,
    log: () => undefined,
    ...options,
  });
}

const as = (viewer: Partial<Viewer>) => small.service.store.as({ ...INTERNAL_VIEWER, ...viewer });
const actor = (name: string) => ({ name, address: null, userAgent: null, requestId: null });

/** An ingest that waits for a runner of one of these flavors. */
async function waiting(flavors: string[], request: { labels?: string[]; visibility?: string } = {}) {
  const { ingest, store } = small.service;
  const name = randomUUID();
  const prepared = await ingest.prepare(
    { name, version: '1', source: `mlflow:/${name}/1`, ...request },
    'mlflow',
  );
  const queued = await store.ingests.enqueue(prepared);
  const claimed = await store.ingests.claim('worker', 60_000);
  expect(claimed?.id).toBe(queued.id);
  if (claimed) await store.ingests.awaitRunner(claimed.claim, flavors, 'revision 1');
  return queued;
}

const ingestOf = async (id: string) => (await small.service.store.ingests.byIds([id]))[0];
const modelOf = async (id: string) => (await small.service.store.models.byIds([id]))[0];

async function announced(flavor: string, service = runners, software = 'runner 1') {
  return (await service.announce({ name: 'gpu', flavors: [flavor], software })).id;
}

async function claimed(flavor: string, service = runners, software?: string): Promise<RunnerWork> {
  const work = await service.claim(await announced(flavor, service, software));
  if (!work) throw new Error('nothing was due');
  return work;
}

function rowOf(probe: number): number[] {
  return Array.from({ length: OUTPUTS }, (_, output) => Math.sin(output * 12.9 + probe * 7.3));
}

async function* content(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const upload = (work: RunnerWork, number: number, service = runners) =>
  service.receive(work.key, number, content(npyFile(work.pieces[number].probes.map(rowOf))));

async function uploadMissing(work: RunnerWork, service = runners): Promise<void> {
  for (const { number, received } of work.pieces) if (!received) await upload(work, number, service);
}

describe('a runner', () => {
  it('gets an ingest of a flavor that it has, runs all pieces and makes the model searchable', async () => {
    const { id, modelId } = await waiting(['mlflow.pytorch', 'mlflow.pyfunc']);
    expect(await ingestOf(id)).toMatchObject({ state: 'AWAITING_RUNNER', runnerFlavors: expect.any(Array) });
    expect(await runners.claim(await announced('mlflow.sklearn'))).toBeNull();

    const work = await claimed('mlflow.pyfunc');
    expect(work).toMatchObject({ flavor: 'mlflow.pyfunc', complete: true, source: expect.any(String) });
    expect(work.pieces.map(({ probes }) => probes.length)).toEqual([64, 64, 22]);
    await upload(work, 0);
    expect(await ingestOf(id)).toMatchObject({ done: 64, total: PROBES, etaSeconds: null });
    await upload(work, 1);
    expect((await ingestOf(id))?.etaSeconds).toBeGreaterThan(0);
    await upload(work, 2);
    expect(await ingestOf(id)).toMatchObject({
      state: 'RUNNING',
      stage: 'PROBING',
      done: PROBES,
      total: PROBES,
    });
    const ended = await runners.complete(work.key, {
      kind: 'LOGITS',
      labels: ['a', 'b', 'c', 'd', 'e'],
      inputShape: [null, 3, 32, 32],
      notes: ['The size was assumed.'],
      peakMemoryBytes: 123_456.7,
    });
    expect(ended).toMatchObject({ id, state: 'SUCCEEDED', stage: 'DONE' });
    expect(await modelOf(modelId)).toMatchObject({
      status: 'READY',
      outputs: OUTPUTS,
      inputShape: [null, 3, 32, 32],
      responseKind: 'LOGITS',
      revision: 'revision 1',
      notes: ['RUN_ELSEWHERE: It was run by runner 1 as mlflow.pyfunc.', 'RUNNER: The size was assumed.'],
    });
    expect(await small.service.store.models.labels(modelId)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(await readdir(join(small.folder, 'ingests'))).not.toContain(id);
    // Its reply may have been lost.
    expect(await runners.complete(work.key, { kind: 'LOGITS' })).toMatchObject({ state: 'SUCCEEDED' });
  });

  it('continues what one of the same software left, and begins anew after another one', async () => {
    const { id } = await waiting(['a.continued']);
    const first = await claimed('a.continued');
    await upload(first, 1);
    await runners.release(first.key);
    expect(await ingestOf(id)).toMatchObject({ state: 'AWAITING_RUNNER' });
    await expect(upload(first, 0)).rejects.toMatchObject({ code: 'RUNNER_CLAIM_LOST' });

    const second = await claimed('a.continued');
    expect(second.pieces.map(({ received }) => received)).toEqual([false, true, false]);
    await runners.release(second.key);

    const third = await claimed('a.continued', runners, 'runner 2');
    expect(third.pieces.map(({ received }) => received)).toEqual([false, false, false]);
    await runners.fail(third.key, { reason: 'LOAD_FAILED', message: 'no' });
  });

  it('that dies loses its claim to the next one', async () => {
    const { id } = await waiting(['a.dying']);
    const first = await claimed('a.dying');
    await upload(first, 0);
    // As after a minute without a sign of life.
    const key = { ingestId: id, worker: '', attempt: 0 };
    const holder = (await small.service.store.ingests.holder(id)) ?? key;
    await small.service.store.ingests.renew(holder, -1_000);
    const second = await claimed('a.dying');
    expect(second.key).toEqual({ ingestId: id, attempt: 3 });
    expect(second.pieces[0].received).toBe(true);
    await expect(runners.renew(first.key)).rejects.toMatchObject({ code: 'RUNNER_CLAIM_LOST' });
    await expect(upload(first, 1)).rejects.toMatchObject({ code: 'RUNNER_CLAIM_LOST' });
    await expect(runners.complete(first.key, { kind: 'LOGITS' })).rejects.toMatchObject({
      code: 'RUNNER_CLAIM_LOST',
    });
    await small.service.ingest.cancel(id);
    await expect(runners.renew(second.key)).rejects.toMatchObject({ code: 'RUNNER_CLAIM_LOST' });
  });

  it('keeps its claim while the server restarts', async () => {
    const { id } = await waiting(['a.restart']);
    const work = await claimed('a.restart');
    await small.service.store.ingests.endLeases();
    expect(await runners.renew(work.key)).toMatchObject({ key: work.key });
    await small.service.ingest.cancel(id);
  });

  it('is refused pieces that do not fit, and loses nothing by them', async () => {
    const { id } = await waiting(['a.pieces']);
    const work = await claimed('a.pieces');
    await upload(work, 0);
    const send = (rows: number[][], number = 1) => runners.receive(work.key, number, content(npyFile(rows)));
    const rows = work.pieces[1].probes.map(rowOf);
    const codes = await Promise.all(
      [
        send(rows.slice(1)),
        send(rows.map((row) => row.slice(1))),
        send(rows, 7),
        runners.receive(work.key, 1, content(Buffer.from('no array'))),
        runners.receive(work.key, 1, content(npyFile(rows, { fortranOrder: true }))),
        runners.complete(work.key, { kind: 'LOGITS' }),
        runners.next(work.key),
        runners.complete(work.key, { kind: 'LOGITS', labels: 3 }),
      ].map((refused) => refused.then(() => 'taken').catch(({ code }) => code)),
    );
    expect(codes).toEqual([
      'RESPONSES_SHAPE_MISMATCH',
      'RESPONSES_SHAPE_MISMATCH',
      'NOT_FOUND',
      'RESPONSES_FORMAT_INVALID',
      'RESPONSES_FORMAT_INVALID',
      'RUNNER_PROBES_MISSING',
      'RUNNER_PROBES_MISSING',
      'INPUT_INVALID',
    ]);
    expect((await runners.renew(work.key)).pieces.map(({ received }) => received)).toEqual([
      true,
      false,
      false,
    ]);
    await small.service.ingest.cancel(id);
  });

  it('runs pieces again whose number of outputs is not that of the first', async () => {
    const { id } = await waiting(['a.unfit']);
    const work = await claimed('a.unfit');
    const narrow = work.pieces[1].probes.map((probe) => rowOf(probe).slice(2));
    // At once, so that both may be taken for the first.
    await Promise.allSettled([upload(work, 0), runners.receive(work.key, 1, content(npyFile(narrow)))]);
    await upload(work, 2).catch(() => undefined);
    await expect(runners.complete(work.key, { kind: 'LOGITS' })).rejects.toMatchObject({
      code: 'RUNNER_PROBES_MISSING',
    });
    const left = (await runners.renew(work.key)).pieces.filter(({ received }) => received);
    expect([1, 2]).toContain(left.length);
    await small.service.ingest.cancel(id);
  });

  it('that says probabilities and sends logits is refused them', async () => {
    const { id } = await waiting(['a.kinds']);
    const work = await claimed('a.kinds');
    for (const { number, probes } of work.pieces) {
      const rows = probes.map((probe) => rowOf(probe).map((value) => 10 * value));
      await runners.receive(work.key, number, content(npyFile(rows)));
    }
    await expect(runners.complete(work.key, { kind: 'PROBABILITIES' })).rejects.toMatchObject({
      code: 'RESPONSES_INVALID',
    });
    expect(await runners.complete(work.key, { kind: 'LOGITS' })).toMatchObject({ id, state: 'SUCCEEDED' });
  });

  it('gets the next ingest when one cannot be prepared, and that one fails', async () => {
    const broken = await waiting(['a.broken']);
    const { id } = await waiting(['a.broken']);
    const failing = runnersWith({
      budget: { budget: 0.5, errorBound: 0, errorFactor: 0 },
      prior: async (_, modelId) => {
        if (modelId === broken.modelId)
          throw new ProbelogError('PROBE_SET_UNKNOWN', 'The probe set was removed.');
        return null;
      },
    });
    const runner = await announced('a.broken', failing);
    expect(await failing.claim(runner)).toBeNull();
    expect(await ingestOf(broken.id)).toMatchObject({ state: 'FAILED', errorCode: 'PROBE_SET_UNKNOWN' });
    expect((await failing.claim(runner))?.ingest.id).toBe(id);
    await small.service.ingest.cancel(id);
  });

  it.each([
    ['NOT_APPLICABLE', 'NOT_APPLICABLE', 'MODEL_NOT_APPLICABLE', 'NOT_APPLICABLE'],
    ['REFUSED', 'FAILED', 'RUNNER_REFUSED', 'FAILED'],
    ['RUN_FAILED', 'FAILED', 'RUNNER_RUN_FAILED', 'FAILED'],
    ['SOURCE_UNAVAILABLE', 'AWAITING_RUNNER', 'SOURCE_UNREACHABLE', 'PENDING'],
    ['KILLED', 'AWAITING_RUNNER', 'INFERENCE_CRASHED', 'PENDING'],
  ])('that fails by %s leaves the ingest %s', async (reason, state, errorCode, status) => {
    const { id, modelId } = await waiting(['a.failing']);
    const work = await claimed('a.failing');
    const ended = await runners.fail(work.key, { reason, message: 'It says why.' });
    expect(ended).toMatchObject({ id, state, errorCode, errorMessage: 'It says why.' });
    expect(await modelOf(modelId)).toMatchObject({ status });
    if (state === 'AWAITING_RUNNER') {
      expect(ended.nextAttemptAt).not.toBeNull();
      expect(await runners.claim(await announced('a.failing'))).toBeNull();
      await small.service.ingest.cancel(id);
    } else {
      expect(await small.service.ingest.retry(id)).toMatchObject({ state: 'QUEUED', runnerFlavors: [] });
      expect(await modelOf(modelId)).toMatchObject({ status: 'PENDING' });
      await small.service.ingest.cancel(id);
    }
  });

  it('that may not run a version by a lesser flavor leaves it to a runner of a better one', async () => {
    const { id } = await waiting(['a.best', 'a.second', 'a.third']);
    const work = await claimed('a.second');
    expect(await runners.fail(work.key, { reason: 'REFUSED', message: 'It needs pickle.' })).toMatchObject({
      state: 'AWAITING_RUNNER',
      runnerFlavors: ['a.best'],
      errorCode: 'RUNNER_REFUSED',
    });
    expect(await runners.claim(await announced('a.second'))).toBeNull();
    const best = await claimed('a.best');
    expect(await runners.fail(best.key, { reason: 'REFUSED', message: 'No.' })).toMatchObject({
      id,
      state: 'FAILED',
    });
  });

  it('gets the labels of the request over its own, and its own left out where they do not fit', async () => {
    const labels = ['v', 'w', 'x', 'y', 'z'];
    const given = await waiting(['a.labels'], { labels });
    let work = await claimed('a.labels');
    await uploadMissing(work);
    await runners.complete(work.key, { kind: 'LOGITS', labels: ['1', '2', '3', '4', '5'] });
    expect(await small.service.store.models.labels(given.modelId)).toEqual(labels);

    const own = await waiting(['a.labels']);
    work = await claimed('a.labels');
    await uploadMissing(work);
    await runners.complete(work.key, { kind: 'LOGITS', labels: ['1', '2'] });
    expect(await small.service.store.models.labels(own.modelId)).toBeNull();
    expect((await modelOf(own.modelId)).notes.at(-1)).toContain('has 2 labels, but the model has 5 outputs');
  });

  it('sees and uses what its key may, and no claim of another key', async () => {
    const hidden = await waiting(['a.hidden'], { visibility: 'secret' });
    const stranger = runners.on(as({ visibilityScope: [], actor: actor('key:1') }));
    expect(await stranger.claim(await announced('a.hidden', stranger))).toBeNull();
    const otherRegistry = runners.on(as({ registry: 'hub', actor: actor('key:2') }));
    expect(await otherRegistry.claim(await announced('a.hidden', otherRegistry))).toBeNull();

    const owner = runners.on(as({ visibilityScope: ['secret'], registry: 'mlflow', actor: actor('key:3') }));
    const work = await claimed('a.hidden', owner);
    expect(work.ingest.id).toBe(hidden.id);
    const thief = runners.on(as({ visibilityScope: ['secret'], actor: actor('key:4') }));
    await expect(thief.renew(work.key)).rejects.toMatchObject({ code: 'RUNNER_CLAIM_LOST' });
    await expect(thief.claim(await announced('a.hidden', owner))).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await small.service.ingest.cancel(hidden.id);
  });

  it('is listed while it lives', async () => {
    const { id } = await runners.announce({ name: 'listed', flavors: ['a.b'] });
    expect(await runners.alive({ first: 100 })).toContainEqual(
      expect.objectContaining({ id, name: 'listed' }),
    );
    const later = small.service.store.runners.alive(-1_000, { first: 10 });
    expect(await later).toEqual([]);
  });

  it.each([
    [{ name: '', flavors: ['a.b'] }],
    [{ name: 'x', flavors: [] }],
    [{ name: 'x', flavors: ['pytorch'] }],
    [{ name: 'x', flavors: ['a.b'], other: 1 }],
  ])('cannot be announced as %j', async (announcement) => {
    await expect(runners.announce(announcement)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('where the gallery has learned enough, a runner', () => {
  it('runs the probes that this server would have chosen', async () => {
    const prior = tinyPrior(PROBES);
    const budget = { budget: 0.6, errorBound: 0, errorFactor: 0 };
    const path = await priorFile(prior);
    const choosing = runnersWith({
      budget,
      prior: async () => ({ path, fullyProbed: { models: 20, logits: 5_000 } }),
    });
    const rounds = expectedRounds(
      prior,
      budget,
      Array.from({ length: PROBES }, (_, probe) => rowOf(probe)),
    );
    expect(rounds.length).toBeGreaterThan(1);

    const { id, modelId } = await waiting(['a.chosen']);
    let work = await claimed('a.chosen', choosing);
    const seen: number[][] = [];
    let known = 0;
    while (!work.complete) {
      seen.push(work.pieces.slice(known).flatMap(({ probes }) => [...probes]));
      known = work.pieces.length;
      await uploadMissing(work, choosing);
      // Dies between rounds.
      await choosing.release(work.key);
      work = await choosing.next((await claimed('a.chosen', choosing)).key);
    }
    expect(seen).toEqual(rounds);
    expect(await choosing.complete(work.key, { kind: 'LOGITS' })).toMatchObject({ id, state: 'SUCCEEDED' });
    const [logit] = await small.service.store.logits.page(modelId, { first: 1 });
    expect(logit.coverage).toBeCloseTo(rounds.flat().length / PROBES);
  });
});
