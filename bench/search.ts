import { fork } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rowOf } from '../src/domain/index.js';
import { type ConceptTerm, openSearch, type SearchRequest } from '../src/search/index.js';
import { openMatrixProducts } from '../src/search/matrix-products.js';
import { EVERYDAY_VOCABULARY, embedConcepts, openTextEncoder } from '../src/text/index.js';
import { conceptRows, openConceptSpace } from './accuracy/data/concepts.js';
import { openHub, probeImages } from './accuracy/data/hub.js';
import { type ExactQuery, exactTop } from './search/exact-scan.js';
import { type MadeGallery, makeGallery } from './search/make-gallery.js';
import { childMemory, percentile } from './search/measure.js';

const HELP = `usage: npm run bench:search -- [hub folder] [--sizes 10000,100000,1000000] [--queries 50] [--json FILE]

Measures speed, memory and exactness of search on galleries mixed from a hub's real descriptors, compared with FAISS's
flat index on the raw descriptors and a plain exact scan, all in one run.

  --sizes LIST     gallery sizes in logits (default 10000,100000)
  --queries N      queries by concept and by logit, N each (default 50); the first ten of each are also scanned exactly
  --without-flat   skip FAISS's flat index (it needs 4 bytes per value)
  --json FILE      write the table as JSON
  --help           print this help`;

/** Queries that are also scanned exactly. */
const SCANNED = 20;

/** One line of the table. */
interface Line {
  logits: number;
  probes: number;
  p50Ms: number;
  p99Ms: number;
  conceptP50Ms: number;
  logitP50Ms: number;
  conceptOverlap10: number;
  logitOverlap10: number;
  memoryMiB: number;
  bytesPerValue: number;
  buildSeconds: number;
  startSeconds: number;
  index: string;
  scanP50Ms: number;
  flatP50Ms: number | null;
  fasterThanFlat: number | null;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      sizes: { type: 'string', default: '10000,100000' },
      queries: { type: 'string', default: '50' },
      'without-flat': { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(HELP);
  const sizes = values.sizes.split(',').map(Number);
  const queries = Number(values.queries);
  if (![...sizes, queries].every((value) => Number.isInteger(value) && value > 0)) throw new Error(HELP);
  const hub = positionals[0] ?? fileURLToPath(new URL('../../../shared/hub', import.meta.url));
  const concepts = await realConcepts(hub);
  const lines: Line[] = [];
  for (const size of sizes) lines.push(await measure(hub, size, concepts, queries, !values['without-flat']));
  console.table(lines.map((line) => Object.fromEntries(Object.entries(line).map(rounded))));
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ lines }, null, 2)}\n`);
}

/** The hub's class names as its probes see them. */
async function realConcepts(hub: string): Promise<ConceptTerm[]> {
  const { probeSets, models } = openHub(hub);
  const images = probeImages(hub, probeSets[0]);
  if (!images) throw new Error(`${hub} lacks probes/${probeSets[0]}`);
  const encoder = await openTextEncoder({
    model: fileURLToPath(new URL('../../demo/encoder', import.meta.url)),
    cacheFolder: join(tmpdir(), 'probelog-encoders'),
    maxMemoryBytes: 2 ** 33,
  });
  try {
    const labels = new Set(models.flatMap(({ logits }) => logits.map(({ label }) => label)));
    const vocabulary = await embedConcepts(encoder, EVERYDAY_VOCABULARY);
    const space = await openConceptSpace(images, encoder, vocabulary);
    const { cosines, ours } = conceptRows(space, await embedConcepts(encoder, [...labels]));
    return [...labels].map((_, row) => ({ cosines: rowOf(cosines, row), weights: rowOf(ours, row) }));
  } finally {
    await encoder.close();
  }
}

async function measure(
  hub: string,
  size: number,
  concepts: ConceptTerm[],
  count: number,
  withFlat: boolean,
): Promise<Line> {
  const folder = mkdtempSync(join(tmpdir(), 'probelog-bench-'));
  try {
    say(size, 'making the gallery');
    const gallery = makeGallery(hub, folder, size);
    const ours = await measureOurs(gallery, folder, concepts, count);
    say(size, 'plain exact scan, for comparison and for the truth');
    const products = await openMatrixProducts();
    const scans: { value: string[]; milliseconds: number }[] = [];
    for (const { exact } of ours.questions.slice(0, SCANNED)) {
      const begun = performance.now();
      const value = await exactTop(gallery, exact, 10, products);
      scans.push({ value, milliseconds: performance.now() - begun });
    }
    const overlaps = scans.map(({ value }, place) => {
      const found = new Set(ours.results[place]);
      return value.filter((name) => found.has(name)).length / value.length;
    });
    const mean = (kind: number) => {
      const own = overlaps.filter((_, place) => place % 2 === kind);
      return own.reduce((sum, share) => sum + share, 0) / own.length;
    };
    say(size, 'FAISS flat on raw descriptors');
    const flat = withFlat ? await measureFlat(gallery, count) : null;
    const p50 = percentile(ours.milliseconds, 50);
    return {
      logits: size,
      probes: gallery.probes,
      p50Ms: p50,
      p99Ms: percentile(ours.milliseconds, 99),
      conceptP50Ms: percentile(
        ours.milliseconds.filter((_, place) => place % 2 === 0),
        50,
      ),
      logitP50Ms: percentile(
        ours.milliseconds.filter((_, place) => place % 2 === 1),
        50,
      ),
      conceptOverlap10: mean(0),
      logitOverlap10: mean(1),
      memoryMiB: ours.memoryMiB,
      bytesPerValue: (ours.memoryMiB * 2 ** 20) / (size * gallery.probes),
      buildSeconds: ours.buildSeconds,
      startSeconds: ours.startSeconds,
      index: ours.index,
      scanP50Ms: percentile(
        scans.map(({ milliseconds }) => milliseconds),
        50,
      ),
      flatP50Ms: flat,
      fasterThanFlat: flat === null ? null : flat / p50,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface BenchQuery {
  query: SearchRequest;
  exact: ExactQuery;
}

async function measureOurs(
  { models, probes, probeSet }: MadeGallery,
  folder: string,
  concepts: ConceptTerm[],
  count: number,
) {
  const open = () =>
    openSearch({
      folder: join(folder, 'search'),
      settings: { exactLimit: 20_000 },
      galleries: async () => [],
      log: console.error,
    });
  let search = await open();
  say(models.length, 'models: appending and building');
  const built = Date.now();
  await search.sync(probeSet, models);
  await search.settled();
  const buildSeconds = (Date.now() - built) / 1000;
  await search.close();
  const started = Date.now();
  search = await open();
  await search.sync(probeSet, models);
  const queries: BenchQuery[] = Array.from({ length: count }, (_, place) => {
    const model = models[(place * 7_919) % models.length];
    const index = (place * 104_729) % model.outputs;
    const { modelId } = model;
    return [
      makeQuery({ kind: 'CONCEPT', ...concepts[place % concepts.length] }),
      makeQuery({ kind: 'LOGIT', modelId, index }),
    ];
  }).flat();
  await search.search(probeSet.id, queries[0].query);
  const startSeconds = (Date.now() - started) / 1000;
  const { index } = (await search.stats(probeSet.id)) ?? { index: '' };
  const milliseconds: number[] = [];
  const found: string[][] = [];
  for (const { query } of queries) {
    const begun = performance.now();
    const { results } = await search.search(probeSet.id, query);
    milliseconds.push(performance.now() - begun);
    found.push(results.map((hit) => `${hit.modelId}/${hit.index}`));
  }
  const memoryMiB = childMemory('search/worker/main.js');
  const snapshotFolder = join(folder, 'search', probeSet.id);
  for (const one of queries) one.exact.folder = snapshotFolder;
  await search.close();
  return {
    questions: queries,
    results: found,
    milliseconds,
    memoryMiB,
    buildSeconds,
    startSeconds,
    index,
    probes,
  };
}

function makeQuery(query: ExactQuery['query']): BenchQuery {
  return { query: { query, metric: 'SCORE', first: 10 }, exact: { query, folder: '' } };
}

/** In a process of its own: FAISS may be loaded once in a process, and the flat index is large. */
function measureFlat({ models, probes }: MadeGallery, count: number): Promise<number | null> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL('./search/worker/main.js', import.meta.url)), [], {
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

function rounded([name, value]: [string, unknown]): [string, unknown] {
  return [name, typeof value === 'number' ? Number(value.toPrecision(3)) : value];
}

function say(what: number, doing: string): void {
  console.error(`${what} ${doing} …`);
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
