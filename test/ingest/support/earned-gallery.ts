import { expect } from 'vitest';
import { isTrainingModel, random } from '../../../src/domain/index.js';
import type { ProbingRequest } from '../../../src/ingest/queue/ingest-request.js';
import { DATABASE_FROM, keptFolder } from '../../fixtures/kept-folder.js';
import { attribute, FLOAT, floats, node, value } from '../../probing/support/encode-onnx.js';
import { meanColor } from '../../probing/support/made-models.js';
import { openSmallService, type SmallService } from './small-service.js';

/** The sources that its models, their responses and what is learned from them depend on. */
const GALLERY_FROM = [
  ...DATABASE_FROM,
  'src/domain',
  'src/ingest',
  'src/probing',
  'src/search',
  'test/ingest/support/earned-gallery.ts',
];

export const OUTPUTS = 400;
/** Enough for a budget of a third to be some of them. */
export const PROBES = 160;
/** Probes that the default budget comes to. */
export const MOST = Math.ceil(0.34 * PROBES);
/** With 400 outputs each they earn the whole budget, and the eleventh is what calls for the last build. */
export const TEACHERS = 11;

/** Many outputs over a few features of an image's mean color. */
export function wide(seed: number): Uint8Array {
  const next = random(seed);
  const weights = Array.from({ length: 4 * OUTPUTS }, () => next() * 2 - 1);
  return meanColor({
    tail: {
      nodes: [
        node('Softmax', ['logits'], ['features'], [attribute('axis', 1)]),
        node('MatMul', ['features', 'wide'], ['answer']),
      ],
      outputs: [value('answer', FLOAT, ['N', OUTPUTS])],
      initializers: [floats('wide', [4, OUTPUTS], weights)],
    },
  });
}

/** Ingests a model, waits until the gallery has learned what it can from it, and says how it was probed. */
export async function ingestProbed(small: SmallService, model: Uint8Array, probing?: ProbingRequest) {
  const { modelId, state, done, total } = await small.ingest(model, { probing });
  expect(state).toBe('SUCCEEDED');
  expect(total).toBe(done);
  const { search, store } = small.service;
  await search.settled();
  const [{ coverage, completionError }] = await store.logits.page(modelId, { first: 1 });
  return { modelId, done, coverage, completionError };
}

/** The same for one that is not among those that teach the gallery, which are run on all probes anyway. */
export async function ingestLearner(small: SmallService, model: Uint8Array, probing?: ProbingRequest) {
  for (;;) {
    const learned = await ingestProbed(small, model, probing);
    if (!isTrainingModel(learned.modelId)) return learned;
    expect(learned.coverage).toBe(1);
  }
}

/** A data folder with as many fully probed models as earn the whole budget. */
export function taughtGallery(): Promise<string> {
  return keptFolder('taught-gallery', GALLERY_FROM, async (dataFolder) => {
    const small = await openSmallService({ dataFolder, probes: PROBES });
    for (let seed = 1; seed <= TEACHERS; seed++)
      expect((await ingestProbed(small, wide(seed))).coverage).toBe(1);
    await small.close();
  });
}
