import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConceptTerm, openSearch, type Search, type SearchRequest } from '../../src/search/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import { quantile } from '../support/quantile.js';
import { childMemory } from './child-memory.js';
import { type ExactQuery, exactTop } from './exact-scan.js';
import type { MadeGallery } from './make-gallery.js';

/** What is measured of one gallery; a part of it at a time. */
export interface Measured {
  index: string;
  p50Ms: number;
  p99Ms: number;
  conceptP50Ms: number;
  logitP50Ms: number;
  memoryMiB: number;
  bytesPerValue: number;
  startSeconds: number;
  /** Of a gallery that was grown now. */
  buildSeconds: number;
  /** Bases after the one of the first models. */
  refits: number;
  /** Share of the exact top ten that the search returns. */
  conceptOverlap10: number;
  logitOverlap10: number;
  scanP50Ms: number;
  /** Median time of searches of a share of the models, over that of all. */
  filtered1Ratio: number;
  filtered5Ratio: number;
  filtered60Ratio: number;
  similarityMs: number;
  flatP50Ms: number;
  fasterThanFlat: number;
}

/** A gallery, and which parts of the benchmark to run. */
export interface Measuring {
  gallery: MadeGallery;
  folder: string;
  concepts: ConceptTerm[];
  parts: ReadonlySet<string>;
  products: MatrixProducts;
}

/** Queries that are also scanned exactly. */
const SCANNED = 20;
const EXACT_LIMIT = 20_000;
const FIRST_LOGITS = 10_000;
const FILTERED_SHARES = [1, 5, 60] as const;
const REPEATS = 5;

/** Runs the parts one after another. */
export async function* measureGallery(measuring: Measuring): AsyncGenerator<Partial<Measured>> {
  const { gallery, folder, parts } = measuring;
  const searchFolder = join(folder, 'search');
  if (!existsSync(searchFolder)) yield await grow(measuring, searchFolder);
  else if (parts.has('refits')) console.error('refits are left out: the gallery is made already');
  const started = performance.now();
  const search = await open(searchFolder);
  try {
    await search.sync(gallery.probeSet, gallery.models);
    const queries = makeQueries(measuring);
    const request = ({ query }: ExactQuery): SearchRequest => ({ query, metric: 'SCORE', first: 10 });
    await search.search(gallery.probeSet.id, request(queries[0]));
    const startSeconds = (performance.now() - started) / 1000;
    const { times, found } = await timesOf(search, gallery, queries.map(request));
    const p50Ms = quantile(times, 0.5);
    if (parts.has('speed')) yield { startSeconds, ...(await speedOf(search, gallery, times)) };
    if (parts.has('filtered')) yield await filteredRatios(search, gallery, queries.map(request));
    if (parts.has('similarity')) yield await similarityOf(search, gallery);
    if (parts.has('overlap')) yield await overlapOf(measuring, queries, found);
    if (parts.has('flat')) {
      const flatP50Ms = await flatP50(gallery, queries.length);
      if (flatP50Ms !== null) yield { flatP50Ms, fasterThanFlat: flatP50Ms / p50Ms };
    }
  } finally {
    await search.close();
  }
}

function open(folder: string): Promise<Search> {
  const settings = { exactLimit: EXACT_LIMIT };
  return openSearch({ folder, settings, galleries: async () => [], log: console.error });
}

/** Fills the gallery: some models first, then twice as many at a time. Counts its bases. */
async function grow({ gallery, parts }: Measuring, folder: string): Promise<Partial<Measured>> {
  const { probeSet, models } = gallery;
  const search = await open(folder);
  const versions = new Set<string>();
  const begun = performance.now();
  const logits = models.reduce((sum, { outputs }) => sum + outputs, 0);
  const steps =
    parts.has('refits') && logits > FIRST_LOGITS ? Math.ceil(Math.log2(logits / FIRST_LOGITS)) : 0;
  for (let step = steps; step >= 0; step--) {
    const part = models.slice(0, Math.ceil(models.length / 2 ** step));
    console.error(`${part.length} of ${models.length} models: appending and building …`);
    await search.sync(probeSet, part);
    await search.settled();
    versions.add((await search.stats(probeSet.id))?.basis?.version ?? '');
  }
  await search.close();
  const buildSeconds = (performance.now() - begun) / 1000;
  return steps > 0 ? { buildSeconds, refits: versions.size - 1 } : { buildSeconds };
}

function makeQueries({ gallery: { models }, folder, concepts }: Measuring): ExactQuery[] {
  return concepts.flatMap((concept, place): ExactQuery[] => {
    const { modelId, outputs } = models[(place * 7_919) % models.length];
    const index = (place * 104_729) % outputs;
    return [{ kind: 'CONCEPT', ...concept } as const, { kind: 'LOGIT', modelId, index } as const].map(
      (query) => ({
        query,
        folder: join(folder, 'search', 'bench'),
      }),
    );
  });
}

/**
 * Times of queries that the search does not know yet: it remembers the last ones.
 *
 * @param measured which variant of the requests is measured; the one before loads what queries need, and the engine compiles
 */
async function timesOf(search: Search, gallery: MadeGallery, requests: SearchRequest[], measured = 0) {
  const times: number[] = [];
  const found: string[][] = [];
  for (const variant of [measured + 1, measured]) {
    for (const [place, request] of requests.entries()) {
      const varied = variantOf(request, variant, gallery);
      const begun = performance.now();
      const { results } = await search.search(gallery.probeSet.id, varied);
      times[place] = performance.now() - begun;
      found[place] = results.map(({ modelId, index }) => `${modelId}/${index}`);
    }
    // What a gallery learns from being searched belongs to the first round.
    await search.settled();
  }
  return { times, found };
}

/** Another query that costs the same: nearly the same cosines, or another logit of the model. Variant 0 is the request itself. */
function variantOf(request: SearchRequest, variant: number, { models }: MadeGallery): SearchRequest {
  const { query } = request;
  if (variant === 0) return request;
  if (query.kind === 'CONCEPT') {
    const cosines = query.cosines.slice();
    cosines[0] += variant * 1e-5;
    return { ...request, query: { ...query, cosines } };
  }
  if (query.kind !== 'LOGIT') return request;
  const outputs = models.find(({ modelId }) => modelId === query.modelId)?.outputs ?? 1;
  return { ...request, query: { ...query, index: (query.index + variant) % outputs } };
}

async function speedOf(search: Search, { probeSet, probes, models }: MadeGallery, times: number[]) {
  const memoryMiB = childMemory('search/worker/main.js');
  const logits = models.reduce((sum, { outputs }) => sum + outputs, 0);
  const ofKind = (kind: number) => times.filter((_, place) => place % 2 === kind);
  return {
    index: (await search.stats(probeSet.id))?.index ?? '',
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    conceptP50Ms: quantile(ofKind(0), 0.5),
    logitP50Ms: quantile(ofKind(1), 0.5),
    memoryMiB,
    bytesPerValue: (memoryMiB * 2 ** 20) / (logits * probes),
  };
}

async function filteredRatios(
  search: Search,
  gallery: MadeGallery,
  requests: SearchRequest[],
): Promise<Partial<Measured>> {
  // Each share has queries of its own.
  let variant = 2;
  const p50 = async (models?: string[]) => {
    const filtered = requests.map((request) => ({ ...request, models }));
    const { times } = await timesOf(search, gallery, filtered, variant);
    variant += 2;
    return quantile(times, 0.5);
  };
  const all = await p50();
  const ratios = [];
  for (const share of FILTERED_SHARES) {
    const wanted = (place: number) => (place * share) % 100 < share;
    const chosen = gallery.models.filter((_, place) => wanted(place)).map(({ modelId }) => modelId);
    ratios.push((await p50(chosen)) / all);
  }
  return { filtered1Ratio: ratios[0], filtered5Ratio: ratios[1], filtered60Ratio: ratios[2] };
}

async function similarityOf(search: Search, { probeSet, models }: MadeGallery): Promise<Partial<Measured>> {
  if (models.length < 2) return {};
  const times: number[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const begun = performance.now();
    await search.similarity(probeSet.id, models[0].modelId, models[1].modelId);
    times.push(performance.now() - begun);
  }
  return { similarityMs: quantile(times, 0.5) };
}

async function overlapOf(
  { gallery, products }: Measuring,
  queries: ExactQuery[],
  found: string[][],
): Promise<Partial<Measured>> {
  console.error('a plain scan, for comparison and for the truth …');
  const overlaps: number[][] = [[], []];
  const times: number[] = [];
  for (const [place, query] of queries.slice(0, SCANNED).entries()) {
    const begun = performance.now();
    const exact = await exactTop(gallery, query, 10, products);
    times.push(performance.now() - begun);
    overlaps[place % 2].push(exact.filter((name) => found[place].includes(name)).length / exact.length);
  }
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    conceptOverlap10: mean(overlaps[0]),
    logitOverlap10: mean(overlaps[1]),
    scanP50Ms: quantile(times, 0.5),
  };
}

/** In a process of its own: FAISS may be loaded once in a process, and the flat index is large. */
function flatP50({ models, probes }: MadeGallery, count: number): Promise<number | null> {
  console.error('FAISS flat on raw descriptors …');
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL('./worker/main.js', import.meta.url)), [], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let answer: number | null = null;
    child.once('message', (milliseconds: number) => {
      answer = milliseconds;
    });
    child.once('exit', () => resolve(answer));
    child.send({ paths: models.map(({ responsesPath }) => responsesPath), probes, count });
  });
}
