import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rowOf } from '../src/domain/index.js';
import type { ConceptTerm } from '../src/search/index.js';
import { openMatrixProducts } from '../src/search/matrix-products.js';
import { EVERYDAY_VOCABULARY, embedConcepts, openTextEncoder } from '../src/text/index.js';
import { conceptRows, openConceptSpace } from './accuracy/data/concepts.js';
import { openHub, probeImages } from './accuracy/data/hub.js';
import { makeGallery } from './search/make-gallery.js';
import { type Measured, measureGallery } from './search/measure-gallery.js';
import { benchArguments } from './support/bench-arguments.js';
import { BenchReport, partsOf } from './support/bench-report.js';

const PARTS = ['speed', 'overlap', 'filtered', 'similarity', 'refits', 'flat'] as const;

const HELP = `usage: npm run bench:search -- [hub folder] [--sizes 1000,100000,1000000] [--queries 50] [--only PARTS] [--json FILE]

Measures search on galleries mixed from a hub's real descriptors, all in one run. The machine should do nothing else.

  --sizes LIST     gallery sizes in logits (default 1000,100000)
  --queries N      queries by concept and by logit, N each (default 50); the first ten of each are also scanned exactly
  --only PARTS     of ${PARTS.join(', ')}; separated by commas (default all)
                   flat: FAISS's flat index on the raw descriptors, 4 bytes per value
  --folder FOLDER  keep the galleries here, and use those that are here: a million logits take 6 GB, and many minutes to
                   make. Refits are measured while a gallery is made.
  --json FILE      write rows and bars as JSON, after each part
  --help           print this help`;

/** Goals of docs/benchmarks.md. */
const GOALS = {
  searchP50At1k: { goal: 1 },
  searchP50At100k: { goal: 2 },
  searchP50At1M: { goal: 8 },
  overlapConceptsAt1M: { goal: 0.99, isLeast: true },
  overlapLogitsAt1M: { goal: 1, isLeast: true },
  filtered1Ratio: { goal: 2 },
  filtered5Ratio: { goal: 2 },
  filtered60Ratio: { goal: 2 },
  similarityMs: { goal: 150 },
  refits: { goal: 3 },
} as const;

/** The bars that a gallery of this size tells. */
const BARS_OF_SIZE: Partial<Record<number, Partial<Record<keyof Measured, keyof typeof GOALS>>>> = {
  1000: { p50Ms: 'searchP50At1k' },
  100000: { p50Ms: 'searchP50At100k', similarityMs: 'similarityMs' },
  1000000: {
    p50Ms: 'searchP50At1M',
    conceptOverlap10: 'overlapConceptsAt1M',
    logitOverlap10: 'overlapLogitsAt1M',
    filtered1Ratio: 'filtered1Ratio',
    filtered5Ratio: 'filtered5Ratio',
    filtered60Ratio: 'filtered60Ratio',
    refits: 'refits',
  },
};

async function main(): Promise<void> {
  const { values, positionals } = benchArguments(
    HELP,
    {
      sizes: { type: 'string', default: '1000,100000' },
      queries: { type: 'string', default: '50' },
      only: { type: 'string' },
      folder: { type: 'string' },
      json: { type: 'string' },
    },
    true,
  );
  const sizes = values.sizes.split(',').map(Number);
  const count = Number(values.queries);
  if (![...sizes, count].every((value) => Number.isInteger(value) && value > 0)) throw new Error(HELP);
  const parts = partsOf(PARTS, values.only);
  const hub = positionals[0] ?? fileURLToPath(new URL('../../../shared/hub', import.meta.url));
  const report = new BenchReport<Partial<Measured> & { logits: number }, keyof typeof GOALS>(
    GOALS,
    values.json,
  );
  const products = await openMatrixProducts();
  const concepts = await realConcepts(hub, count);
  for (const logits of sizes) {
    await inFolder(values.folder, logits, async (folder) => {
      const gallery = makeGallery(hub, folder, logits);
      for await (const measured of measureGallery({ gallery, folder, concepts, parts, products })) {
        report.add({ logits, ...measured });
        for (const [figure, bar] of Object.entries(BARS_OF_SIZE[logits] ?? {})) {
          const value = measured[figure as keyof Measured];
          if (typeof value === 'number') report.measured(bar, value);
        }
      }
    });
  }
  report.print();
}

/** Some of the hub's class names as its probes see them. */
async function realConcepts(hub: string, count: number): Promise<ConceptTerm[]> {
  const { probeSets, models } = openHub(hub);
  const images = probeImages(hub, probeSets[0]);
  if (!images) throw new Error(`${hub} lacks probes/${probeSets[0]}`);
  const encoder = await openTextEncoder({
    model: fileURLToPath(new URL('../../demo/encoder', import.meta.url)),
    cacheFolder: join(tmpdir(), 'probelog-encoders'),
    maxMemoryBytes: 2 ** 33,
  });
  try {
    const labels = [...new Set(models.flatMap(({ logits }) => logits.map(({ label }) => label)))];
    const step = Math.max(1, Math.floor(labels.length / count));
    const chosen = labels.filter((_, place) => place % step === 0).slice(0, count);
    const vocabulary = await embedConcepts(encoder, EVERYDAY_VOCABULARY);
    const space = await openConceptSpace(images, encoder, vocabulary);
    const { cosines, ours } = conceptRows(space, await embedConcepts(encoder, chosen));
    return chosen.map((_, row) => ({ cosines: rowOf(cosines, row), weights: rowOf(ours, row) }));
  } finally {
    await encoder.close();
  }
}

async function inFolder(
  kept: string | undefined,
  logits: number,
  measure: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = kept ? join(kept, String(logits)) : mkdtempSync(join(tmpdir(), 'probelog-bench-'));
  mkdirSync(folder, { recursive: true });
  try {
    await measure(folder);
  } finally {
    if (!kept) rmSync(folder, { recursive: true, force: true });
  }
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
