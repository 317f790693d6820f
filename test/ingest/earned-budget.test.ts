import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random, teachesBasis } from '../../src/domain/index.js';
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

async function ingest(seed: number, full = false) {
  const { modelId, state, done } = await small.ingest(wide(seed), full ? { probing: { full: true } } : {});
  expect(state).toBe('SUCCEEDED');
  const { search, store } = small.service;
  await search.settled();
  const [{ coverage, completionError }] = await store.logits.page(modelId, { first: 1 });
  return { modelId, done, coverage, completionError };
}

describe('a gallery that has earned its budget', () => {
  it('runs new models on a third of the probes, but every tenth, and knows them by it', async () => {
    const { search, store } = small.service;
    for (let seed = 1; seed <= TEACHERS; seed++) expect((await ingest(seed)).coverage).toBe(1);
    const probeSet = await store.probeSets.default(undefined);
    expect((await search.stats(probeSet?.id ?? ''))?.prior).toMatchObject({ models: TEACHERS });

    let seed = 100;
    let partly = await ingest(seed);
    while (teachesBasis(partly.modelId)) {
      expect(partly.coverage).toBe(1);
      partly = await ingest(++seed);
    }
    const most = Math.ceil(0.34 * PROBES);
    expect(partly.done).toBe(most);
    expect(partly.coverage).toBeCloseTo(most / PROBES, 6);
    expect(partly.completionError).toBeLessThan(0.5);

    const whole = await ingest(seed, true);
    expect(whole.coverage).toBe(1);
    const similarity = await search.similarity(probeSet?.id ?? '', partly.modelId, whole.modelId);
    for (let output = 0; output < OUTPUTS; output++)
      expect(similarity?.data[output * OUTPUTS + output]).toBeGreaterThan(0.9);
  });
});
