import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random, sharpen } from '../../src/domain/index.js';
import type { SearchQuery, SearchRequest, SearchResults } from '../../src/search/index.js';
import { SearchWorker } from '../../src/search/worker/search-worker.js';
import { type KnownModel, randomModels } from './random-gallery.js';

// What a search remembers of a query must never show: each answer is that of a process that has answered nothing before.

const PROBES = 32;
const SET = { id: 'set', probes: PROBES };
const OUTPUTS = 10;
const next = random(11);

function term() {
  const cosines = Float32Array.from({ length: PROBES }, () => next() ** 4);
  return { cosines, weights: sharpen(cosines, 1) ?? expect.fail() };
}

/** What a caller sees of a page. Ids of windows are random. */
function shown({ results, ...page }: SearchResults) {
  const withoutHead = results.map(({ position: { head, ...position }, ...result }) => ({
    ...result,
    position,
  }));
  return { ...page, results: withoutHead };
}

async function openWorker(folder: string, models: KnownModel[]): Promise<SearchWorker> {
  const worker = new SearchWorker();
  await worker.open({ folder, settings: { exactLimit: 20_000, withoutFaiss: true } });
  await worker.sync(SET, models);
  return worker;
}

describe.each([
  { models: 19, named: 'without a basis' },
  { models: 60, named: 'with a basis' },
])('a gallery $named', ({ models: count }) => {
  let folder: string;
  let models: KnownModel[];
  let present: KnownModel[];
  let worker: SearchWorker;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'probelog-known-'));
    models = await randomModels(folder, { models: count, outputs: OUTPUTS, probes: PROBES, seed: count });
    present = models.slice(1);
    worker = await openWorker(join(folder, 'search'), present);
    await worker.settled();
    expect(worker.stats(SET.id)?.basis === null).toBe(count === 19);
  });
  afterAll(async () => {
    worker?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The answer of a worker that has answered nothing. */
  async function firstAnswer(request: SearchRequest, of: 'search' | 'searchModels') {
    const copy = await mkdtemp(join(folder, 'copy-'));
    await cp(join(folder, 'search'), copy, { recursive: true });
    const fresh = await openWorker(copy, present);
    try {
      return shown(await fresh[of](SET.id, request));
    } finally {
      fresh.stop();
    }
  }

  function variants(query: SearchQuery): [of: 'search' | 'searchModels', request: SearchRequest][] {
    const ids = present.map(({ modelId }) => modelId);
    const page = { query, metric: 'SCORE', first: 7 } as const;
    return [
      ['search', page],
      ['search', { ...page, first: 12 }],
      ['search', { ...page, models: ids.slice(3, 9) }],
      ['search', { ...page, models: ids.slice(3, 9), galleryWindow: true }],
      ['search', { ...page, excludeModels: ids.slice(3, 5) }],
      ['search', { ...page, minExpectedAccuracy: 0.3 }],
      ['search', { ...page, hidden: ids.slice(2, 8) }],
      ['search', { ...page, metric: 'ASYMMETRIC' }],
      ['searchModels', page],
      ['search', page],
    ];
  }

  it('answers a repeated query alike, whatever filters came before', async () => {
    const queries: SearchQuery[] = [
      { kind: 'CONCEPT', ...term() },
      { kind: 'EXPRESSION', all: [term()], any: [term(), term()], none: [] },
      { kind: 'LOGIT', modelId: present[9].modelId, index: 4 },
    ];
    for (const query of queries)
      for (const [of, request] of variants(query))
        expect(shown(await worker[of](SET.id, request))).toEqual(await firstAnswer(request, of));
  });

  it('ranks the same query once', async () => {
    const request: SearchRequest = { query: { kind: 'CONCEPT', ...term() }, metric: 'SCORE', first: 5 };
    const first = await worker.search(SET.id, request);
    const scanned = worker.stats(SET.id)?.scannedRows;
    expect(await worker.search(SET.id, request)).toEqual(first);
    expect(worker.stats(SET.id)?.scannedRows).toBe(scanned);
  });

  it('never shows a hidden model to a caller that asks what another has asked', async () => {
    const request: SearchRequest = { query: { kind: 'CONCEPT', ...term() }, metric: 'SCORE', first: 5 };
    const { results } = await worker.search(SET.id, request);
    const hidden = [results[0].modelId];
    const without = await worker.search(SET.id, { ...request, hidden });
    expect(without.results.map(({ modelId }) => modelId)).not.toContain(hidden[0]);
    expect(shown(without)).toEqual(await firstAnswer({ ...request, hidden }, 'search'));
  });

  it('forgets when a model is added or removed', async () => {
    const request: SearchRequest = { query: { kind: 'CONCEPT', ...term() }, metric: 'SCORE', first: 5 };
    const before = await worker.search(SET.id, request);
    await worker.add(SET, models[0]);
    present = models;
    expect(shown(await worker.search(SET.id, request))).toEqual(await firstAnswer(request, 'search'));
    await worker.remove(SET.id, before.results[0].modelId);
    present = models.filter(({ modelId }) => modelId !== before.results[0].modelId);
    const after = await worker.search(SET.id, request);
    expect(after.results.map(({ modelId }) => modelId)).not.toContain(before.results[0].modelId);
    expect(shown(after)).toEqual(await firstAnswer(request, 'search'));
  });
});
