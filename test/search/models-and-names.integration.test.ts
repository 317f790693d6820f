import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeMatrix, type Matrix, random, rowOf, sharpen, stackRows } from '../../src/domain/index.js';
import { withChecksum } from '../../src/lib/checksum.js';
import {
  type ConceptTerm,
  type Search,
  type SearchPosition,
  type SearchRequest,
  type SearchResult,
} from '../../src/search/index.js';
import { openQuietly } from './open-quietly.js';
import { type KnownModel, randomModels } from './random-gallery.js';

const PROBES = 64;
const SET = { id: 'set', probes: PROBES };
let folder: string;
let search: Search;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-search-'));
  search = await openQuietly(folder);
});
afterEach(async () => {
  await search.close();
  await rm(folder, { recursive: true, force: true });
});

const next = random(9);
const concept = (): ConceptTerm => {
  const cosines = Float32Array.from({ length: PROBES }, () => next() ** 4);
  return { cosines, weights: sharpen(cosines, 1) ?? expect.fail() };
};
const [dog, cat] = [concept(), concept()];
const made = (count: number, outputs = 10, seed = 1) =>
  randomModels(folder, { models: count, outputs, probes: PROBES, seed });
const of = (query: SearchRequest['query'], first: number): SearchRequest => ({
  query,
  metric: 'SCORE',
  first,
});

async function pages(
  query: SearchRequest,
  between?: (page: number) => Promise<unknown>,
): Promise<SearchResult[]> {
  const hits: SearchResult[] = [];
  let after: SearchPosition | undefined;
  for (let page = 0; ; page++) {
    const answer = await search.searchModels(SET.id, { ...query, after });
    hits.push(...answer.results);
    if (!answer.hasMore) return hits;
    after = answer.results.at(-1)?.position;
    await between?.(page);
  }
}
const ids = (hits: { modelId: string }[]) => hits.map(({ modelId }) => modelId);

describe('models for one concept', () => {
  it('have the score and confidence that their best logit has by itself, in head and tail', async () => {
    const models = await made(40);
    await search.sync(SET, models);
    await search.settled();
    const logits = await search.search(SET.id, of({ kind: 'CONCEPT', ...dog }, 400));
    const best = new Map<string, SearchResult>();
    for (const hit of logits.results) if (!best.has(hit.modelId)) best.set(hit.modelId, hit);
    const found = await search.searchModels(SET.id, of({ kind: 'CONCEPT', ...dog }, 50));
    expect(ids(found.results)).toEqual([...best.keys()]);
    for (const { modelId, index, score, confidence } of found.results)
      expect(best.get(modelId)).toMatchObject({ index, score, confidence });
  });

  it('are paged through, each once, while models come and go', async () => {
    const models = await made(60);
    const extra = await made(3, 10, 3);
    await search.sync(SET, models);
    const hits = await pages(of({ kind: 'CONCEPT', ...dog }, 7), async (page) => {
      if (page < 3) await search.add(SET, extra[page]);
      else if (page < 6) await search.remove(SET.id, extra[page - 3].modelId);
    });
    expect(new Set(ids(hits)).size).toBe(hits.length);
    expect(ids(hits).filter((id) => id.startsWith('1-'))).toHaveLength(60);
  });
});

describe('models for several concepts', () => {
  const both = (first: number) => of({ kind: 'CONCEPTS', concepts: [dog, cat] }, first);

  it('have the mean of the confidences that their best logits have for each', async () => {
    await search.sync(SET, await made(12));
    const [dogs, cats] = await Promise.all(
      [dog, cat].map((one) => search.searchModels(SET.id, of({ kind: 'CONCEPT', ...one }, 12))),
    );
    const sureOf = ({ results }: { results: SearchResult[] }, id: string) =>
      results.find(({ modelId }) => modelId === id)?.confidence ?? expect.fail();
    const { results } = await search.searchModels(SET.id, both(12));
    expect(results).toHaveLength(12);
    for (const { modelId, score, confidence } of results) {
      expect(confidence).toBe(score);
      expect(score).toBeCloseTo((sureOf(dogs, modelId) + sureOf(cats, modelId)) / 2, 8);
    }
  });

  it('that are equal stand in one order, and pages part them without loss', async () => {
    const [model] = await made(1);
    const twins = ['c', 'a', 'b', 'd'].map((modelId): KnownModel => ({ ...model, modelId }));
    await search.sync(SET, twins);
    const { results } = await search.searchModels(SET.id, both(4));
    expect(ids(await pages(both(1)))).toEqual(ids(results));
    expect(ids(results).sort()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('are paged through, each once, while confidence follows the gallery', async () => {
    const extra = await made(3, 10, 3);
    await search.sync(SET, await made(12));
    const hits = await pages(both(2), async (page) => {
      if (page < 3) await search.add(SET, extra[page]);
    });
    expect(new Set(ids(hits)).size).toBe(hits.length);
    expect(ids(hits).filter((id) => id.startsWith('1-'))).toHaveLength(12);
  });
});

describe('names', () => {
  const vocabularyOf = async (rows: Float32Array[]): Promise<string> => {
    const path = join(folder, 'vocabulary.npy');
    const matrix: Matrix = stackRows(rows);
    await writeFile(path, withChecksum(encodeMatrix(matrix)));
    return path;
  };
  const namesOf = async (model: KnownModel, vocabularyPath: string, first = 3) =>
    search.names(SET.id, { modelId: model.modelId, vocabularyPath, first });

  it('in a gallery that is no crowd are by score, without a confidence', async () => {
    const [model] = await made(1, 4);
    await search.sync(SET, [model]);
    // The right name is last: the order of the vocabulary would put it last, too.
    const path = await vocabularyOf([concept().weights, concept().weights, rowOf(model.descriptors, 2)]);
    const [, , names] = await namesOf(model, path);
    expect(names?.map(({ name }) => name)[0]).toBe(2);
    expect(names?.map(({ confidence }) => confidence)).toEqual([null, null, null]);
    const scores = names?.map(({ score }) => score) ?? [];
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeCloseTo(1, 2);
  });

  it('follow the gallery as models come and go', async () => {
    const models = await made(6);
    await search.sync(SET, models);
    const path = await vocabularyOf([dog.weights, cat.weights]);
    const sure = async () => (await namesOf(models[0], path, 1)).map((list) => list?.[0].confidence);
    const before = await sure();
    expect(before.every((value) => typeof value === 'number')).toBe(true);
    const [other] = await made(1, 40, 5);
    await search.add(SET, other);
    expect(await sure()).not.toEqual(before);
    await search.remove(SET.id, other.modelId);
    expect(await sure()).toEqual(before);
    // 40 logits are no crowd.
    await search.remove(SET.id, models[4].modelId);
    await search.remove(SET.id, models[5].modelId);
    expect(await sure()).toEqual(Array(10).fill(null));
  });

  it('are null for an output without a descriptor, and all the same for many who ask at once', async () => {
    const models = await made(6);
    await search.sync(SET, models);
    const path = await vocabularyOf([dog.weights, cat.weights]);
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => namesOf(models[0], path)));
    for (const other of others) expect(other).toEqual(first);
    const asked = { modelId: models[0].modelId, indexes: [3, 99], vocabularyPath: path, first: 1 };
    expect(await search.names(SET.id, asked)).toEqual([first[3]?.slice(0, 1), null]);
  });
});
