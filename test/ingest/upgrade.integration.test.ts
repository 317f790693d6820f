import { afterAll, beforeAll, expect, it } from 'vitest';
import { random, sharpen } from '../../src/domain/index.js';
import { globalId, keyOf } from '../../src/graphql/index.js';
import { openSmallServer, type SmallServer } from '../server/support/small-server.js';
import {
  ingestLearner,
  ingestProbed,
  MOST,
  OUTPUTS,
  PROBES,
  taughtGallery,
  wide,
} from './support/earned-gallery.js';

let running: SmallServer;
beforeAll(async () => {
  running = await openSmallServer({}, { from: await taughtGallery(), probes: PROBES });
});
afterAll(() => running.close());

const REPROBE = 'mutation R($id: ID!) { reprobeModel(id: $id, full: true) { id state } }';
const MODEL = `query M($id: ID!) {
  model(id: $id) { status coverage logits(first: 100) { totalCount edges { node { id coverage completionError } } } }
  gallery { models logits fullyProbedModels }
}`;

/** The facts of a model and of the gallery. */
async function told(modelId: string) {
  const { data, errors } = await running.ask(MODEL, { id: globalId('Model', modelId) });
  expect(errors).toBeUndefined();
  const logits: { id: string; coverage: number; completionError: number | null }[] =
    data.model.logits.edges.map(({ node }: { node: object }) => node);
  return { model: data.model, gallery: data.gallery, logits };
}

/** Looks for a model again and again until told to stop, and says in how many of the answers it was whole. */
function watchFor(modelId: string, probeSetId: string) {
  const next = random(3);
  const cosines = Float32Array.from({ length: PROBES }, () => next());
  const weights = sharpen(cosines, 1) ?? expect.fail();
  const seen = { answers: 0, whole: 0 };
  let goOn = true;
  const looking = (async () => {
    while (goOn) {
      const answer = await running.small.service.search.search(probeSetId, {
        query: { kind: 'CONCEPT', cosines, weights },
        metric: 'SCORE',
        first: 1,
        models: [modelId],
      });
      seen.answers++;
      if (answer.candidates === OUTPUTS && answer.results.length === 1) seen.whole++;
    }
  })();
  return async () => {
    goOn = false;
    await looking;
    return seen;
  };
}

it('a fully reprobed model equals one that was always fully probed, and stays searchable meanwhile', async () => {
  const { service } = running.small;
  const { store, search } = service;
  const { modelId, done } = await ingestLearner(running.small, wide(100));
  const whole = await ingestProbed(running.small, wide(100), { full: true });
  const before = await told(modelId);
  expect(done).toBe(MOST);
  expect(before.model.coverage).toBeCloseTo(MOST / PROBES, 6);
  for (const { completionError } of before.logits) expect(completionError).toBeGreaterThan(0);

  const probeSetId = (await store.models.byIds([modelId]))[0].probeSetId;
  const stop = watchFor(modelId, probeSetId);
  const { data } = await running.ask(REPROBE, { id: globalId('Model', modelId) });
  const states = new Set<string>();
  for await (const ingest of service.ingest.watch(keyOf('Ingest', data.reprobeModel.id))) {
    states.add(ingest.state);
    expect((await store.models.byIds([modelId]))[0].status).toBe('READY');
  }
  const seen = await stop();
  expect(states).toContain('SUCCEEDED');
  expect(seen.answers).toBeGreaterThan(1);
  expect(seen.whole).toBe(seen.answers);

  const after = await told(modelId);
  expect(after.model).toMatchObject({ status: 'READY', coverage: 1, logits: { totalCount: OUTPUTS } });
  expect(after.logits).toEqual(before.logits.map(({ id }) => ({ id, coverage: 1, completionError: null })));
  expect(after.gallery).toEqual({
    ...before.gallery,
    fullyProbedModels: before.gallery.fullyProbedModels + 1,
  });
  for (let output = 0; output < OUTPUTS; output += 37) {
    const [upgraded, always] = await Promise.all(
      [modelId, whole.modelId].map((id) => search.descriptor(probeSetId, id, output)),
    );
    expect(upgraded).toEqual(always);
  }
});

it('a full reprobe runs the earlier probes again', async () => {
  const { service } = running.small;
  const { modelId } = await ingestLearner(running.small, wide(101));
  const { id } = await service.ingest.reprobe(modelId, { probing: { full: true } });
  for await (const { state, done, total } of service.ingest.watch(id))
    if (state === 'SUCCEEDED') expect([done, total]).toEqual([PROBES, PROBES]);
  const whole = await ingestProbed(running.small, wide(101), { full: true });
  const [upgraded, always] = await Promise.all(
    [modelId, whole.modelId].map(async (id) => (await service.store.models.byIds([id]))[0]),
  );
  expect(upgraded.responsesDigest).toBe(always.responsesDigest);
});
