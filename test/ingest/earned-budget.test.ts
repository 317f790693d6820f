import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random, teachesBasis } from '../../src/domain/index.js';
import type { ProbingRequest } from '../../src/ingest/ingest-request.js';
import { attribute, FLOAT, floats, node, value } from '../probing/support/encode-onnx.js';
import { meanColour } from '../probing/support/made-models.js';
import { openSmallService, type SmallService } from './support/small-service.js';

const OUTPUTS = 400;
const PROBES = 160;
/** With 400 outputs each they earn the whole budget, and the eleventh is what calls for the last build. */
const TEACHERS = 11;

let small: SmallService;
beforeAll(async () => {
  small = await openSmallService({ probes: PROBES });
});
afterAll(() => small.close());

/** Many outputs over a few features of an image's mean colour. */
function wide(seed: number): Uint8Array {
  const next = random(seed);
  const weights = Array.from({ length: 4 * OUTPUTS }, () => next() * 2 - 1);
  return meanColour({
    tail: {
      nodes: [
        node('Softmax', ['logits'], ['features'], [attribute('axis', 1)]),
        node('MatMul', ['features', 'wide'], ['answer']),
      ],
      outputs: [value('answer', FLOAT, ['N', OUTPUTS])],
      initialisers: [floats('wide', [4, OUTPUTS], weights)],
    },
  });
}

/** The same many outputs over features that leap from one colour to the next: nothing in the gallery is like it. */
function leaping(seed: number): Uint8Array {
  const next = random(seed);
  const weights = Array.from({ length: 4 * OUTPUTS }, () => (next() * 2 - 1) * 1_000);
  return meanColour({
    tail: {
      nodes: [node('MatMul', ['logits', 'wide'], ['phases']), node('Sin', ['phases'], ['answer'])],
      outputs: [value('answer', FLOAT, ['N', OUTPUTS])],
      initialisers: [floats('wide', [4, OUTPUTS], weights)],
    },
  });
}

async function ingest(model: Uint8Array, probing?: ProbingRequest) {
  const { modelId, state, done, total } = await small.ingest(model, { probing });
  expect(state).toBe('SUCCEEDED');
  expect(total).toBe(done);
  const { search, store } = small.service;
  await search.settled();
  const [{ coverage, completionError }] = await store.logits.page(modelId, { first: 1 });
  return { modelId, done, coverage, completionError };
}

/** The same for one that is not among those that teach the gallery, which are run on all probes anyway. */
async function ingestLearner(model: Uint8Array, probing?: ProbingRequest) {
  for (;;) {
    const learnt = await ingest(model, probing);
    if (!teachesBasis(learnt.modelId)) return learnt;
    expect(learnt.coverage).toBe(1);
  }
}

const MOST = Math.ceil(0.34 * PROBES);

describe('a gallery that has earned its budget', () => {
  it('runs new models on a third of the probes, but every tenth, and knows them by it', async () => {
    const { search, store } = small.service;
    for (let seed = 1; seed <= TEACHERS; seed++) expect((await ingest(wide(seed))).coverage).toBe(1);
    const probeSet = await store.probeSets.default(undefined);
    expect((await search.stats(probeSet?.id ?? ''))?.prior).toMatchObject({ models: TEACHERS });

    const partly = await ingestLearner(wide(100));
    expect(partly.done).toBe(MOST);
    expect(partly.coverage).toBeCloseTo(MOST / PROBES, 6);
    expect(partly.completionError).toBeLessThan(0.5);

    const whole = await ingest(wide(100), { full: true });
    expect(whole.coverage).toBe(1);
    const similarity = await search.similarity(probeSet?.id ?? '', partly.modelId, whole.modelId);
    for (let output = 0; output < OUTPUTS; output++)
      expect(similarity?.data[output * OUTPUTS + output]).toBeGreaterThan(0.9);
  });

  it('runs a model that is unlike it on all probes, unless the request says how many', async () => {
    const unlike = await ingest(leaping(1));
    expect(unlike).toMatchObject({ done: PROBES, coverage: 1, completionError: null });
    expect((await ingestLearner(leaping(2), { budget: 0.34 })).done).toBe(MOST);
    expect((await ingestLearner(leaping(3), { errorFactor: 0 })).done).toBe(MOST);
    expect((await ingest(leaping(4), { budget: 0.34, errorFactor: 2 })).done).toBe(PROBES);
  });
});
