import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  asymmetricDiscrepancy,
  CONSENSUS_CANDIDATES,
  consensusScores,
  dot,
  random,
  rowOf,
  sharpen,
  TEXT_TOP_K,
  topProbes,
  zscore,
} from '../../src/domain/index.js';
import {
  type GalleryModels,
  openSearch,
  type Search,
  type SearchPosition,
  type SearchRequest,
  type SearchResult,
  type SearchResults,
} from '../../src/search/index.js';
import { type KnownModel, randomModels } from './random-gallery.js';

const PROBES = 64;
const SET = { id: 'set', probes: PROBES };
let folder: string;
let search: Search;
let models: KnownModel[];
const logged: string[] = [];
let listed: GalleryModels[] = [];

const open = (settings = { exactLimit: 20_000 }) =>
  openSearch({
    folder: join(folder, 'search'),
    settings,
    galleries: async () => listed,
    log: (message) => logged.push(message),
  });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-search-'));
  listed = [];
  models = await randomModels(folder, { models: 12, outputs: 10, probes: PROBES });
  search = await open();
});
afterEach(async () => {
  await search.close();
  await rm(folder, { recursive: true, force: true });
});

const next = random(9);
const cosines = Float32Array.from({ length: PROBES }, () => next() ** 4);
const weights = sharpen(cosines, 1) ?? expect.fail();
const concept = (rest: Partial<SearchRequest> = {}): SearchRequest => ({
  query: { kind: 'CONCEPT', cosines, weights },
  metric: 'SCORE',
  first: 10,
  ...rest,
});
const names = (hits: { modelId: string; index: number }[]) =>
  hits.map(({ modelId, index }) => `${modelId}/${index}`);

/** The definition, by brute force over the known descriptors. */
function bruteForce(known: KnownModel[], metric: SearchRequest['metric'], first: number) {
  const query = zscore(cosines) ?? expect.fail();
  const top = topProbes(query, TEXT_TOP_K);
  const all = known
    .flatMap(({ modelId, descriptors }) =>
      Array.from({ length: descriptors.rows }, (_, index) => {
        const x = rowOf(descriptors, index);
        const score = dot(weights, x) / PROBES;
        const distance = asymmetricDiscrepancy(query, x, top);
        return { modelId, index, score, distance, x };
      }),
    )
    .sort((a, b) => (metric === 'SCORE' ? b.score - a.score : a.distance - b.distance));
  return (metric === 'SCORE' ? agreed(all) : all).slice(0, first);
}

/** The first 200 by consensus, in a gallery without a basis. */
function agreed<Found extends { score: number; modelId: string; x: Float32Array }>(found: Found[]): Found[] {
  const head = found.slice(0, CONSENSUS_CANDIDATES);
  const data = Float32Array.from(head.flatMap((a) => head.map((b) => dot(a.x, b.x) / PROBES)));
  const scores = consensusScores(
    head.map(({ score }) => score),
    { rows: head.length, columns: head.length, data },
    head.map(({ modelId }) => modelId),
  );
  return [
    ...head.map((one, place) => ({ ...one, score: scores[place] })).sort((a, b) => b.score - a.score),
    ...found.slice(CONSENSUS_CANDIDATES),
  ];
}

async function pages(
  query: SearchRequest,
  between?: (page: number) => Promise<unknown>,
): Promise<SearchResult[]> {
  const hits: SearchResult[] = [];
  let after: SearchPosition | undefined;
  for (let page = 0; ; page++) {
    const answer = await search.search(SET.id, { ...query, after });
    hits.push(...answer.results);
    if (!answer.hasMore) return hits;
    after = answer.results.at(-1)?.position;
    await between?.(page);
  }
}

describe('what a search says of its answer', () => {
  beforeEach(() => search.sync(SET, models));

  it('is the same on all pages, and by models', async () => {
    const first = await search.search(SET.id, concept({ first: 5 }));
    const { position: after } = first.results[4];
    const later = await search.search(SET.id, concept({ first: 5, after }));
    const byModel = await search.searchModels(SET.id, concept({ first: 5 }));
    expect(first.answer?.fit).toMatch(/^(GOOD|WEAK|NOT_REPRESENTED)$/);
    expect(later.answer).toEqual(first.answer);
    expect(byModel.answer).toEqual(first.answer);
    expect((await search.search(SET.id, concept({ metric: 'ASYMMETRIC' }))).answer).toEqual(first.answer);
  });

  it('is nothing in a gallery that is too small', async () => {
    await search.sync(SET, models.slice(0, 2));
    expect((await search.search(SET.id, concept())).answer).toBeNull();
  });

  it('doubts a query that no probe shows', async () => {
    const confidenceOf = async (shown: number) => {
      const background = { of: 'TEXT' as const, shown, vocabularyPath: join(folder, 'none.npy') };
      const query = { kind: 'CONCEPT' as const, cosines, weights, background };
      const { results, answer } = await search.search(SET.id, concept({ query }));
      return { confidence: results[0].confidence ?? expect.fail(), reason: answer?.reason };
    };
    const [hidden, plain] = [await confidenceOf(0), await confidenceOf(1)];
    expect(hidden.confidence).toBeLessThan(plain.confidence);
    expect(hidden.reason).toBe('PROBES_DO_NOT_SHOW_IT');
  });
});

describe('a minimum confidence', () => {
  beforeEach(() => search.sync(SET, models));

  it('ends the results of a concept where they become less certain', async () => {
    const all = await pages(concept({ first: 20 }));
    const confidences = all.map(({ confidence }) => confidence ?? expect.fail());
    expect(confidences).toEqual([...confidences].sort((a, b) => b - a));
    const minConfidence = confidences[7];
    const certain = await pages(concept({ first: 3, minConfidence }));
    expect(names(certain)).toEqual(names(all.filter((_, place) => confidences[place] >= minConfidence)));
    const { results, hasMore } = await search.search(SET.id, concept({ minConfidence: 1 }));
    expect({ results, hasMore }).toEqual({ results: [], hasMore: false });
  });

  it('is refused with an order that is not by confidence', async () => {
    await expect(
      search.search(SET.id, concept({ minConfidence: 0.5, metric: 'ASYMMETRIC' })),
    ).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});

describe('a small gallery', () => {
  it.each(['SCORE', 'ASYMMETRIC'] as const)('answers by %s exactly as brute force', async (metric) => {
    await search.sync(SET, models);
    const { results, candidates } = await search.search(SET.id, concept({ metric }));
    const expected = bruteForce(models, metric, 10);
    expect(names(results)).toEqual(names(expected));
    results.forEach((hit, place) => {
      expect(hit.score).toBeCloseTo(expected[place].score, 4);
      expect(hit.distance).toBeCloseTo(expected[place].distance, 5);
    });
    expect(candidates).toBe(120);
  });

  it('answers as before once it has been searched often, also where models are hidden', async () => {
    // Twice the window, so that consensus has a choice.
    models = await randomModels(folder, { models: 24, outputs: 20, probes: PROBES });
    await search.sync(SET, models);
    await search.settled();
    const queries = [
      concept({ first: 200 }),
      concept({ first: 200, hidden: [models[0].modelId, models[7].modelId] }),
    ];
    const ask = () => Promise.all(queries.map((query) => search.search(SET.id, query)));
    const scored = (answers: SearchResults[]) =>
      answers.map(({ results }) => results.map(({ modelId, index, score }) => ({ modelId, index, score })));
    const before = scored(await ask());
    for (let round = 0; round < 60; round++) expect(scored(await ask())).toEqual(before);
    await search.remove(SET.id, models[3].modelId);
    const [left] = scored(await ask());
    expect(left.some(({ modelId }) => modelId === models[3].modelId)).toBe(false);
  });

  it('finds what is most like a logit among other models, cold and with a basis', async () => {
    await search.sync(SET, models);
    const query = { kind: 'LOGIT', modelId: models[3].modelId, index: 4 } as const;
    const excludeModels = [models[3].modelId];
    const descriptor = rowOf(models[3].descriptors, 4);
    const others = models.filter(({ modelId }) => modelId !== models[3].modelId);
    const alike = others.flatMap(({ descriptors }) =>
      Array.from(
        { length: descriptors.rows },
        (_, index) => dot(descriptor, rowOf(descriptors, index)) / PROBES,
      ),
    );
    const cold = await search.search(SET.id, concept({ query, first: 1, excludeModels }));
    expect(cold.results[0].score).toBeGreaterThan(0.7 * Math.max(...alike));
    expect(cold.results[0].confidence).toBeNull();
    await search.sync(SET, [
      ...models,
      ...(await randomModels(folder, { models: 12, outputs: 10, probes: PROBES, seed: 2 })),
    ]);
    await search.settled();
    expect((await search.stats(SET.id))?.basis).not.toBeNull();
    const warm = await search.search(SET.id, concept({ query, first: 1, excludeModels }));
    expect(names(warm.results)).toEqual(names(cold.results));
    expect(warm.results[0].confidence).toBeGreaterThan(0);
  });

  it('keeps to the models asked for, and leaves out those that are not wanted', async () => {
    await search.sync(SET, models);
    const only = await search.search(SET.id, concept({ models: [models[0].modelId], first: 100 }));
    expect(only.results).toHaveLength(10);
    const without = await search.search(SET.id, concept({ excludeModels: [models[0].modelId], first: 200 }));
    expect(without.results).toHaveLength(110);
  });

  it('scores a logit of one model as a search of all does, where the window is that of the gallery', async () => {
    models = await randomModels(folder, { models: 24, outputs: 20, probes: PROBES });
    await search.sync(SET, models);
    await search.settled();
    const all = await search.search(SET.id, concept({ first: 480 }));
    for (const { modelId } of models) {
      const wanted = all.results.filter((result) => result.modelId === modelId);
      const found = await pages(concept({ models: [modelId], galleryWindow: true, first: 6 }));
      expect(names(found)).toEqual(names(wanted));
      expect(found.map(({ score }) => score)).toEqual(wanted.map(({ score }) => score));
      expect(found.map(({ confidence }) => confidence)).toEqual(wanted.map(({ confidence }) => confidence));
    }
  });

  it('ranks models by their best logit, and pages through them', async () => {
    await search.sync(SET, models);
    const all = await search.searchModels(SET.id, concept({ first: 50 }));
    expect(new Set(all.results.map(({ modelId }) => modelId)).size).toBe(12);
    expect(all.results[0]).toMatchObject({ modelId: bruteForce(models, 'SCORE', 1)[0].modelId });
    const rest = await search.searchModels(SET.id, concept({ first: 50, after: all.results[4].position }));
    expect(rest.results.map(({ modelId }) => modelId)).toEqual(
      all.results.slice(5).map(({ modelId }) => modelId),
    );
  });
});

describe('paging', () => {
  it('yields every logit once, while models come and go', async () => {
    const extra = await randomModels(folder, { models: 3, outputs: 10, probes: PROBES, seed: 3 });
    await search.sync(SET, models);
    const hits = await pages(concept({ first: 7 }), async (page) => {
      if (page < 3) await search.add(SET, extra[page]);
      if (page >= 3 && page < 6) await search.remove(SET.id, extra[page - 3].modelId);
    });
    const lasting = names(hits).filter((name) => name.startsWith('1-'));
    expect(new Set(names(hits)).size).toBe(hits.length);
    expect(lasting).toHaveLength(120);
  });

  it('goes on behind the same logit when the basis changes', async () => {
    await search.sync(SET, models);
    const query = { kind: 'LOGIT', modelId: models[3].modelId, index: 4 } as const;
    const before = await search.search(SET.id, concept({ query, first: 5 }));
    const again = await search.search(SET.id, concept({ query, first: 5 }));
    expect(names(again.results)).toEqual(names(before.results));
    await search.sync(SET, [
      ...models,
      ...(await randomModels(folder, { models: 12, outputs: 10, probes: PROBES, seed: 2 })),
    ]);
    await search.settled();
    const all = names((await search.search(SET.id, concept({ query, first: 300 }))).results);
    const after = await search.search(
      SET.id,
      concept({ query, first: 300, after: before.results[4].position }),
    );
    const place = all.indexOf(names(before.results)[4]);
    expect(names(after.results)).toEqual(all.slice(place + 1));
  });
});

describe('changes', () => {
  it('are visible at once and survive a restart', async () => {
    await search.sync(SET, models);
    await search.remove(SET.id, models[0].modelId);
    await search.close();
    search = await open();
    await search.sync(SET, models.slice(1));
    expect(await search.stats(SET.id)).toMatchObject({ models: 11, logits: 110 });
    expect(await search.descriptor(SET.id, models[0].modelId, 0)).toBeNull();
    expect(await search.descriptor(SET.id, models[5].modelId, 2)).toEqual(
      rowOf(models[5].descriptors, 2).slice(),
    );
  });

  it('replace the rows of a model that was probed again', async () => {
    await search.sync(SET, models);
    const [other] = await randomModels(folder, { models: 1, outputs: 10, probes: PROBES, seed: 5 });
    await search.add(SET, { ...other, modelId: models[0].modelId });
    expect(await search.stats(SET.id)).toMatchObject({ models: 12, logits: 120 });
    expect(await search.descriptor(SET.id, models[0].modelId, 1)).toEqual(
      rowOf(other.descriptors, 1).slice(),
    );
  });

  it('leave files alone that other versions wrote: they are made again', async () => {
    await search.sync(SET, models);
    await search.close();
    await writeFile(join(folder, 'search', SET.id, 'journal.jsonl'), '{"format":0,"probes":64}\n');
    search = await open();
    await search.sync(SET, models);
    expect(names((await search.search(SET.id, concept())).results)).toEqual(
      names(bruteForce(models, 'SCORE', 10)),
    );
  });

  it('are made again when the descriptor file is damaged', async () => {
    await search.sync(SET, models);
    await search.close();
    await truncate(join(folder, 'search', SET.id, 'rows.f16'), 100);
    search = await open();
    await search.sync(SET, models);
    expect(names((await search.search(SET.id, concept())).results)).toEqual(
      names(bruteForce(models, 'SCORE', 10)),
    );
  });
});

it('starts again after its process is killed, with the models that its galleries list', async () => {
  await search.sync(SET, models.slice(0, 6));
  await search.add(SET, models[6]);
  listed = [{ probeSet: SET, models: models.slice(0, 7) }];
  execFileSync('pkill', ['-KILL', '-P', String(process.pid), '-f', 'search/worker/main.js']);
  await expect.poll(() => logged.at(-1)).toContain('the search process ended');
  expect(await search.stats(SET.id)).toMatchObject({ models: 7 });
});

describe('above the exact limit', () => {
  it('finds by the index what brute force finds, also rows that came after the build', async () => {
    await search.close();
    search = await open({ exactLimit: 500 });
    const many = await randomModels(folder, { models: 60, outputs: 50, probes: PROBES, seed: 7 });
    await search.sync(SET, many);
    await search.settled();
    expect(await search.stats(SET.id)).toMatchObject({ index: 'FAISS', faissAvailable: true, logits: 3_000 });
    await search.add(SET, models[0]);
    const { results } = await search.search(SET.id, concept());
    const expected = names(bruteForce([...many, models[0]], 'SCORE', 10));
    const found = names(results).filter((name) => expected.includes(name));
    expect(found.length).toBeGreaterThanOrEqual(9);
    const byTail = { kind: 'LOGIT', modelId: models[0].modelId, index: 2 } as const;
    expect(names((await search.search(SET.id, concept({ query: byTail, first: 1 }))).results)).toEqual([
      `${models[0].modelId}/2`,
    ]);
    await search.close();
    search = await open({ exactLimit: 500 });
    await search.sync(SET, [...many, models[0]]);
    expect(await search.stats(SET.id)).toMatchObject({ index: 'FAISS', rebuilding: false });
    const snapshots = (await readdir(join(folder, 'search', SET.id))).filter((name) =>
      name.startsWith('snapshot-'),
    );
    expect(snapshots).toHaveLength(1);
  });

  it('is exact where FAISS cannot be loaded', async () => {
    await search.close();
    const settings = { exactLimit: 50, withoutFaiss: true };
    search = await open(settings);
    await search.sync(SET, models);
    expect(await search.stats(SET.id)).toMatchObject({ index: 'EXACT', faissAvailable: false });
    expect(names((await search.search(SET.id, concept())).results)).toEqual(
      names(bruteForce(models, 'SCORE', 10)),
    );
  });
});
