import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import {
  asymmetricDiscrepancy,
  completeDescriptors,
  decodeFloat16,
  decodePrior,
  descriptors,
  encodeFloat16,
  LOGIT_TOP_K,
  type Matrix,
  parseNpyHeader,
  type ResponsePrior,
  rowOf,
  topProbes,
} from '../../src/domain/index.js';
import type { SearchRequest } from '../../src/search/index.js';
import type { ModelRecord, Store } from '../../src/store/index.js';
import { ingestProbed, PROBES, taughtGallery, wide } from '../ingest/support/earned-gallery.js';
import { openSmallService, type SmallService } from '../ingest/support/small-service.js';
import { temporaryFolder } from '../store/temporary-folder.js';

const FIRST = 200;

/** Descriptors as the gallery keeps them, in float16; no certainty where all probes were run. */
interface Kept {
  modelId: string;
  rows: Matrix;
  certainty: Float32Array | null;
}

async function priorOf({ service }: SmallService, probeSetId: string): Promise<ResponsePrior> {
  return decodePrior(await readFile((await service.search.prior(probeSetId))?.path ?? ''));
}

/** Ingests a model that is not run on all probes. @returns what it was completed with: the gallery may learn more from it */
async function ingestPartly(small: SmallService, probeSetId: string, model: Uint8Array) {
  for (;;) {
    const prior = await priorOf(small, probeSetId);
    const { modelId, coverage } = await ingestProbed(small, model);
    if (coverage < 1) return { modelId, prior };
  }
}

/** @param prior what the model was completed with, if it was */
async function keptOf(store: Store, model: ModelRecord, prior: ResponsePrior | undefined): Promise<Kept> {
  const file = await readFile(store.blobs.path(model.responsesDigest ?? ''));
  const { shape, dataOffset } = parseNpyHeader(file);
  const encoded = new Uint16Array(Uint8Array.from(file.subarray(dataOffset)).buffer);
  const responses = { rows: shape[0], columns: shape[1], data: decodeFloat16(encoded) };
  const { rows, certainty } = responses.data.some(Number.isNaN)
    ? completeDescriptors(responses, prior ?? expect.fail())
    : { ...descriptors(responses), certainty: null };
  const data = decodeFloat16(encodeFloat16(rows.data));
  return {
    modelId: model.id,
    rows: { ...rows, data },
    certainty: certainty && decodeFloat16(encodeFloat16(certainty)),
  };
}

/** The logits that are nearest to this one, by the definition. @param isWeighed whether certainty counts */
function nearest(gallery: Kept[], query: Float32Array, isWeighed: boolean) {
  const top = topProbes(query, LOGIT_TOP_K);
  return gallery
    .flatMap(({ modelId, rows, certainty }) =>
      Array.from({ length: rows.rows }, (_, index) => ({
        name: `${modelId}/${index}`,
        distance: asymmetricDiscrepancy(query, rowOf(rows, index), top, isWeighed ? certainty : null),
      })),
    )
    .sort((a, b) => a.distance - b.distance)
    .slice(0, FIRST);
}

async function answered({ service }: SmallService, probeSetId: string, query: SearchRequest['query']) {
  const request = { query, metric: 'ASYMMETRIC' as const, first: FIRST };
  const { results } = await service.search.search(probeSetId, request);
  return results.map(({ modelId, index, distance }) => ({ name: `${modelId}/${index}`, distance }));
}

it("a completed model stands in the paper's order by how certain it is, and still does after a restart", async () => {
  const dataFolder = join(await temporaryFolder(), 'data');
  let small = await openSmallService({ dataFolder, from: await taughtGallery(), probes: PROBES });
  try {
    const { store } = small.service;
    const probeSetId = (await store.probeSets.default(undefined))?.id ?? expect.fail();
    const priors = new Map<string, ResponsePrior>();
    for (const seed of [100, 101]) {
      const { modelId, prior } = await ingestPartly(small, probeSetId, wide(seed));
      priors.set(modelId, prior);
    }
    const models = await store.models.page({ first: 100 });
    const gallery = await Promise.all(models.map((model) => keptOf(store, model, priors.get(model.id))));
    const completed = gallery.filter(({ certainty }) => certainty !== null).map(({ modelId }) => modelId);
    expect(completed.sort()).toEqual([...priors.keys()].sort());

    const asking = gallery.find(({ certainty }) => certainty === null) ?? expect.fail();
    const by = { kind: 'LOGIT', modelId: asking.modelId, index: 7 } as const;
    const query = rowOf(asking.rows, 7);
    const expected = nearest(gallery, query, true);
    expect(expected.some(({ name }) => completed.includes(name.split('/')[0]))).toBe(true);
    expect(expected.map(({ name }) => name)).not.toEqual(
      nearest(gallery, query, false).map(({ name }) => name),
    );

    const before = await answered(small, probeSetId, by);
    expect(before.map(({ name }) => name)).toEqual(expected.map(({ name }) => name));
    before.forEach(({ distance }, place) => {
      expect(distance).toBeCloseTo(expected[place].distance, 5);
    });

    await small.close();
    small = await openSmallService({ dataFolder, probes: PROBES });
    expect(await answered(small, probeSetId, by)).toEqual(before);
  } finally {
    await small.close();
  }
});
