import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeMatrix, random, sharpen } from '../../src/domain/index.js';
import { withChecksum } from '../../src/lib/checksum.js';
import type {
  Search,
  SearchPosition,
  SearchQuery,
  SearchRequest,
  SearchResults,
} from '../../src/search/index.js';
import { openQuietly } from './open-quietly.js';
import { type KnownModel, randomModels } from './random-gallery.js';

const PROBES = 32;
const SET = { id: 'set', probes: PROBES };
/** Too few logits for a basis, which is fitted to all of them. */
const MODELS = 19;
const OUTPUTS = 10;
const METRICS = ['SCORE', 'ASYMMETRIC'] as const;

let folder: string;
let models: KnownModel[];
let everything: Search;
let vocabularyPath: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-sight-'));
  models = await randomModels(folder, { models: MODELS, outputs: OUTPUTS, probes: PROBES, seed: 3 });
  everything = await openQuietly(join(folder, 'everything'));
  await everything.sync(SET, models);
  vocabularyPath = join(folder, 'vocabulary.npy');
  const data = Float32Array.from({ length: 40 * PROBES }, random(5));
  await writeFile(vocabularyPath, withChecksum(encodeMatrix({ rows: 40, columns: PROBES, data })));
});
afterAll(async () => {
  await everything?.close();
  await rm(folder, { recursive: true, force: true });
});

/** The same for the same seed. */
function choices(seed: number) {
  const next = random(seed);
  const below = (count: number) => Math.floor(next() * count);
  const oneOf = <T>(items: readonly T[]): T => items[below(items.length)];
  const term = () => {
    const cosines = Float32Array.from({ length: PROBES }, () => next() ** 4);
    return { cosines, weights: sharpen(cosines, 1) ?? expect.fail() };
  };
  const query = (visible: KnownModel[]): SearchQuery =>
    oneOf([
      () => ({ kind: 'CONCEPT' as const, ...term() }),
      () => ({ kind: 'EXPRESSION' as const, all: [term()], any: [term(), term()], none: [] }),
      () => ({ kind: 'LOGIT' as const, modelId: oneOf(visible).modelId, index: below(OUTPUTS) }),
    ])();
  return { next, below, oneOf, term, query };
}

/** What a caller sees of a page. Ids of windows are random. */
function shown({ results, ...page }: SearchResults) {
  return {
    ...page,
    results: results.map(({ position: { head, ...position }, ...result }) => ({
      ...result,
      position: { ...position, isInWindow: head !== null },
    })),
  };
}

/** The outcome of a search, whether a page or an error. */
const outcomeOf = (search: Promise<SearchResults>) =>
  search.then(shown, (thrown: { code?: string }) => ({ code: thrown.code }));

describe.each(Array.from({ length: 4 }, (_, seed) => seed + 1))(
  'with private models, by chance %i',
  (seed) => {
    let hidden: string[];
    let visible: KnownModel[];
    let own: Search;
    beforeAll(async () => {
      const { next } = choices(seed);
      hidden = models.filter(() => next() < 0.2 * seed).map(({ modelId }) => modelId);
      visible = models.filter(({ modelId }) => !hidden.includes(modelId));
      own = await openQuietly(join(folder, `own-${seed}`));
      await own.sync(SET, visible);
    });
    afterAll(() => own?.close());

    /** The same search where the private models are hidden, and where there are none. */
    async function compare(request: SearchRequest, of: 'search' | 'searchModels') {
      const among = outcomeOf(everything[of](SET.id, { ...request, hidden }));
      expect(await among).toEqual(await outcomeOf(own[of](SET.id, request)));
    }

    it('every search is as if they did not exist, on every page', async () => {
      const { query, below } = choices(seed + 100);
      for (const metric of METRICS) {
        for (const of of ['search', 'searchModels'] as const) {
          const request: SearchRequest = {
            query: query(visible),
            metric: of === 'search' ? metric : 'SCORE',
            first: 5 + below(20),
          };
          await compare(request, of);
          let after: SearchPosition | undefined;
          const seen = new Set<string>();
          for (let hasMore = true; hasMore; ) {
            const page = await everything[of](SET.id, { ...request, hidden, after });
            for (const { modelId } of page.results) expect(hidden).not.toContain(modelId);
            for (const { modelId, index } of page.results) seen.add(`${modelId}/${index}`);
            after = page.results.at(-1)?.position;
            hasMore = page.hasMore;
          }
          expect(seen.size).toBe(visible.length * (of === 'search' ? OUTPUTS : 1));
        }
      }
    });

    it('so is every search that continues at a forged position', async () => {
      const { query, below, oneOf, next, term } = choices(seed + 200);
      const seenByAll = await everything.search(SET.id, { query: query(models), metric: 'SCORE', first: 3 });
      const heads = [null, randomUUID(), ...seenByAll.results.map(({ position }) => position.head)];
      for (let turn = 0; turn < 25; turn++) {
        const forged: SearchPosition = {
          value: oneOf([next(), -next(), 1e9, -1e9]),
          head: oneOf(heads),
          modelId: oneOf([...models.map(({ modelId }) => modelId), 'nothing']),
          index: below(OUTPUTS + 3) - 1,
          version: oneOf(['cold', 'x']),
          depth: below(300),
        };
        const metric = oneOf(METRICS);
        await compare({ query: query(visible), metric, first: 10, after: forged }, 'search');
        await compare({ query: query(visible), metric: 'SCORE', first: 4, after: forged }, 'searchModels');
        const concepts = { kind: 'CONCEPTS' as const, concepts: [term(), term()] };
        await compare({ query: concepts, metric: 'SCORE', first: 4, after: forged }, 'searchModels');
      }
    });

    it('so is a page of a window, or a ranking, that another caller opened', async () => {
      const { query, term } = choices(seed + 300);
      const concepts = { kind: 'CONCEPTS' as const, concepts: [term(), term()] };
      for (const [of, request] of [
        ['search', { query: query(visible), metric: 'SCORE', first: 6 }],
        ['searchModels', { query: query(visible), metric: 'SCORE', first: 2 }],
        ['searchModels', { query: concepts, metric: 'SCORE', first: 2 }],
      ] as const) {
        const { results } = await everything[of](SET.id, request);
        await compare({ ...request, after: results.at(-1)?.position }, of);
      }
    });

    it('names and counts are as if they did not exist', async () => {
      const modelId = visible[0].modelId;
      const names = { modelId, vocabularyPath, first: 5 };
      expect(await everything.names(SET.id, { ...names, hidden })).toEqual(await own.names(SET.id, names));
      expect(await everything.stats(SET.id, hidden)).toEqual({
        ...(await own.stats(SET.id)),
        scannedRows: expect.any(Number),
      });
    });

    it('nothing is like a private logit', async () => {
      for (const modelId of hidden)
        for (const index of [0, -1, OUTPUTS])
          await compare({ query: { kind: 'LOGIT', modelId, index }, metric: 'SCORE', first: 1 }, 'search');
    });
  },
);
