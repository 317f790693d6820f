import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../../src/domain/index.js';
import { FLOAT, floats, node, value } from '../probing/support/encode-onnx.js';
import { meanColor } from '../probing/support/made-models.js';
import {
  ingestLearner,
  ingestProbed,
  MOST,
  OUTPUTS,
  PROBES,
  TEACHERS,
  taughtGallery,
  wide,
} from './support/earned-gallery.js';
import { openSmallService, type SmallService } from './support/small-service.js';

let small: SmallService;
beforeAll(async () => {
  small = await openSmallService({ from: await taughtGallery(), probes: PROBES });
});
afterAll(() => small.close());

/** The same many outputs over features that leap from one color to the next: nothing in the gallery is like it. */
function leaping(seed: number): Uint8Array {
  const next = random(seed);
  const weights = Array.from({ length: 4 * OUTPUTS }, () => (next() * 2 - 1) * 1_000);
  return meanColor({
    tail: {
      nodes: [node('MatMul', ['logits', 'wide'], ['phases']), node('Sin', ['phases'], ['answer'])],
      outputs: [value('answer', FLOAT, ['N', OUTPUTS])],
      initializers: [floats('wide', [4, OUTPUTS], weights)],
    },
  });
}

describe('a gallery that has earned its budget', () => {
  it('runs new models on a third of the probes, except every tenth, and still finds them', async () => {
    const { search, store } = small.service;
    const probeSet = await store.probeSets.default(undefined);
    expect((await search.stats(probeSet?.id ?? ''))?.prior).toMatchObject({ models: TEACHERS });

    const partly = await ingestLearner(small, wide(100));
    expect(partly.done).toBe(MOST);
    expect(partly.coverage).toBeCloseTo(MOST / PROBES, 6);
    expect(partly.completionError).toBeLessThan(0.5);

    const whole = await ingestProbed(small, wide(100), { full: true });
    expect(whole.coverage).toBe(1);
    const similarity = await search.similarity(probeSet?.id ?? '', partly.modelId, whole.modelId);
    for (let output = 0; output < OUTPUTS; output++)
      expect(similarity?.data[output * OUTPUTS + output]).toBeGreaterThan(0.9);
  });

  it('runs an unlike model on all probes, unless the request has a budget', async () => {
    const unlike = await ingestProbed(small, leaping(1));
    expect(unlike).toMatchObject({ done: PROBES, coverage: 1, completionError: null });
    expect((await ingestLearner(small, leaping(2), { budget: 0.34 })).done).toBe(MOST);
    expect((await ingestLearner(small, leaping(3), { errorFactor: 0 })).done).toBe(MOST);
    expect((await ingestProbed(small, leaping(4), { budget: 0.34, errorFactor: 2 })).done).toBe(PROBES);
  });
});
