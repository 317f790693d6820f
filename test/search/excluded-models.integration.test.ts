import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { random, sharpen } from '../../src/domain/index.js';
import {
  openSearch,
  type Search,
  type SearchPosition,
  type SearchRequest,
  type SearchResult,
} from '../../src/search/index.js';
import { type KnownModel, randomModels } from './random-gallery.js';

const PROBES = 64;
const SET = { id: 'set', probes: PROBES };
const OUTPUTS = 50;

let folder: string;
let search: Search;
let models: KnownModel[];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-search-'));
  const settings = { exactLimit: 200 };
  search = await openSearch({
    folder: join(folder, 'search'),
    settings,
    galleries: async () => [],
    log: () => undefined,
  });
  models = await randomModels(folder, { models: 60, outputs: OUTPUTS, probes: PROBES, seed: 7 });
  await search.sync(SET, models);
  await search.settled();
  expect(await search.stats(SET.id)).toMatchObject({ index: 'FAISS' });
});
afterAll(async () => {
  await search.close();
  await rm(folder, { recursive: true, force: true });
});

const next = random(9);
const cosines = Float32Array.from({ length: PROBES }, () => next() ** 4);
const weights = sharpen(cosines, 1) ?? expect.fail();
const BY_CONCEPT: SearchRequest['query'] = { kind: 'CONCEPT', cosines, weights };
const idsOf = (some: KnownModel[]) => some.map(({ modelId }) => modelId);
const places = (hits: SearchResult[]) => hits.map(({ modelId, index }) => `${modelId}/${index}`);

const QUERIES: [string, () => SearchRequest['query']][] = [
  ['a concept', () => BY_CONCEPT],
  ['a logit', () => ({ kind: 'LOGIT', modelId: models[0].modelId, index: 3 })],
];

it.each(
  QUERIES.flatMap(([what, query]) =>
    [10, 30, 45, 55, 59].map((excluded) => [what, excluded, query] as const),
  ),
)(
  'by %s, with %i of 60 models left out, a page is full and the best of the others',
  async (_, excluded, query) => {
    const request = { query: query(), metric: 'SCORE' as const, first: 40 };
    const [left, out] = [models.slice(0, 60 - excluded), models.slice(60 - excluded)];
    const { results, hasMore } = await search.search(SET.id, { ...request, excludeModels: idsOf(out) });
    // Those of chosen models are never asked of the index.
    const exact = await search.search(SET.id, { ...request, models: idsOf(left) });
    expect(results).toHaveLength(40);
    expect(hasMore).toBe(true);
    const missed = places(exact.results).filter((place) => !places(results).includes(place));
    expect(missed.length).toBeLessThanOrEqual(excluded < 30 ? 2 : 0);
  },
);

it('with most models left out, its pages have every logit of the others once', async () => {
  const excludeModels = idsOf(models.slice(5));
  const found: SearchResult[] = [];
  let after: SearchPosition | undefined;
  for (let hasMore = true; hasMore; ) {
    const page = await search.search(SET.id, {
      query: BY_CONCEPT,
      metric: 'SCORE',
      first: 40,
      after,
      excludeModels,
    });
    found.push(...page.results);
    after = page.results.at(-1)?.position;
    hasMore = page.hasMore;
    if (hasMore) expect(page.results).toHaveLength(40);
  }
  expect(new Set(places(found)).size).toBe(5 * OUTPUTS);
  expect(found).toHaveLength(5 * OUTPUTS);
});

it('with most models left out, all others are among the models that are found', async () => {
  const request = { query: BY_CONCEPT, metric: 'SCORE' as const, first: 10 };
  const { results } = await search.searchModels(SET.id, {
    ...request,
    excludeModels: idsOf(models.slice(5)),
  });
  expect(new Set(results.map(({ modelId }) => modelId))).toEqual(new Set(idsOf(models.slice(0, 5))));
});
