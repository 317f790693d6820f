import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Matrix } from '../src/domain/index.js';
import { type MatrixProducts, openMatrixProducts } from '../src/search/matrix-products.js';
import { EVERYDAY_VOCABULARY, embedConcepts, openTextEncoder, type TextEncoder } from '../src/text/index.js';
import { conceptRows, openConceptSpace } from './accuracy/data/concepts.js';
import { halvesOf } from './accuracy/data/halves.js';
import { type Hub, openHub, probeImages, readResponses } from './accuracy/data/hub.js';
import { textTable } from './accuracy/report/table.js';
import { learn } from './collaborative/learn.js';
import { measureCurve, NOT_COMPLETED, QUERIES, SHARES } from './collaborative/measure-curve.js';
import { measureScale } from './collaborative/measure-scale.js';
import { measureZoo } from './collaborative/measure-zoo.js';
import { collaborativePage } from './collaborative/page.js';
import { emptyReport, type Report, tablesOf } from './collaborative/report.js';
import { mergeReports, readReport, writeReport } from './collaborative/report-file.js';
import { SCHEMES } from './collaborative/schemes.js';

/** What can be measured by itself. */
const PARTS = ['curve', 'zoo', 'scale'];
/** Models of even or of odd index. */
const HALVES = ['even', 'odd'];
/** What the curve compares. */
const CURVES = [...Object.keys(SCHEMES), NOT_COMPLETED];
/** On which the zoo is probed. */
const ZOO_PROBE_SET = 'inet1000';
/** The product's rule by default, and the budget without it. */
const ZOO_OPTIONS = {
  plans: [
    { budget: 0.34, errorBound: 0, errorFactor: 2 },
    { budget: 0.34, errorBound: 0, errorFactor: 0 },
  ],
  warmRounds: 1,
};

const HELP = `usage: npm run bench:collaborative -- <hub folder> [options]
       npm run bench:collaborative -- --from FILE [--from FILE …] [options]

Measures accuracy by the share of the probes that a model is run on, for each way to choose them
(docs/collaborative-probing.md). The prior is fitted to models with an even index, and results are reported on those with an
odd index, or the reverse. Also measures the hub's ONNX models (the zoo), completed with a prior that was fitted without
them, in wall time end to end; and time and memory at 4,000 probes × 100,000 synthetic logits.

  --json FILE        write everything as JSON
  --page FILE        write everything as a Markdown page, with a plot beside it
  --shares LIST      comma-separated shares, 0 to 1 (default: ${SHARES.join(',')})
  --queries N        number of queries by logit (default: ${QUERIES}); the accuracy benchmark's are the first 400 of them
  --probe-set NAME   only the curve of this probe set
  --teach HALF       even (default): fit to models with an even index, report those with an odd index; odd: the reverse
  --schemes LIST     only the curves of these ways to choose: ${CURVES.join(', ')}
  --only LIST        only these parts: ${PARTS.join(', ')}
  --from FILE        add the results that another run wrote with --json; may be repeated. Later files and this run take
                     precedence. Without a hub folder, nothing is measured
  --help             print this help`;

interface Options {
  shares: number[];
  schemes: string[];
  queries: number;
  probeSet: string | undefined;
  teach: string;
}

/** What all parts are measured with. */
interface Bench {
  hub: Hub;
  folder: string;
  products: MatrixProducts;
  encoder: TextEncoder;
  vocabulary: Matrix;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      page: { type: 'string' },
      shares: { type: 'string' },
      queries: { type: 'string' },
      'probe-set': { type: 'string' },
      teach: { type: 'string' },
      schemes: { type: 'string' },
      only: { type: 'string' },
      from: { type: 'string', multiple: true },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(HELP);
  const [folder] = positionals;
  const earlier = (values.from ?? []).map(readReport);
  if (positionals.length > 1 || (folder === undefined && earlier.length === 0))
    throw new Error(`one hub folder is needed, or files to take figures from\n${HELP}`);
  const options: Options = {
    shares: values.shares?.split(',').map(Number) ?? SHARES,
    schemes: values.schemes?.split(',') ?? CURVES,
    queries: Number(values.queries ?? QUERIES),
    probeSet: values['probe-set'],
    teach: values.teach ?? HALVES[0],
  };
  if (options.shares.some((share) => !(share > 0 && share <= 1)) || !(options.queries > 0))
    throw new Error(`shares are above 0 and at most 1, and queries above 0\n${HELP}`);
  const parts = values.only?.split(',') ?? PARTS;
  for (const [kind, given, known] of [
    ['part', parts, PARTS],
    ['scheme', options.schemes, CURVES],
    ['half', [options.teach], HALVES],
  ] as const) {
    const unknown = given.find((name) => !known.includes(name));
    if (unknown !== undefined) throw new Error(`${unknown} is not a ${kind}\n${HELP}`);
  }
  const measured = emptyReport();
  if (folder !== undefined) await measure(folder, parts, options, measured);
  const report = [...earlier, measured].reduce(mergeReports);
  console.log(tablesOf(report).map(textTable).join('\n\n'));
  if (values.json) writeReport(values.json, report);
  if (values.page) {
    const plot = values.page.replace(/\.md$/, '.svg');
    const { markdown, svg } = collaborativePage(report, basename(plot));
    writeFileSync(values.page, markdown);
    writeFileSync(plot, svg);
  }
}

async function measure(folder: string, parts: string[], options: Options, report: Report): Promise<void> {
  const encoder = await openTextEncoder({
    model: fileURLToPath(new URL('../../demo/encoder', import.meta.url)),
    cacheFolder: join(tmpdir(), 'probelog-encoders'),
    maxMemoryBytes: 2 ** 33,
  });
  try {
    const vocabulary = await embedConcepts(encoder, EVERYDAY_VOCABULARY);
    const products = await openMatrixProducts();
    const bench: Bench = { hub: openHub(folder), folder, products, encoder, vocabulary };
    if (parts.includes('curve')) await measureCurves(bench, options, report);
    if (parts.includes('zoo')) report.took.zoo = await secondsOf(() => measureRealModels(bench, report));
  } finally {
    await encoder.close();
  }
  if (parts.includes('scale'))
    report.took.scale = await secondsOf(async () => {
      report.scale = await measureScale();
    });
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return Math.round((performance.now() - started) / 1000);
}

async function measureCurves(
  { hub, folder, products, encoder, vocabulary }: Bench,
  { shares, schemes, queries, probeSet: only, teach }: Options,
  report: Report,
): Promise<void> {
  const classes = new Map(hub.models.flatMap(({ logits }) => logits.map(({ wnid, label }) => [wnid, label])));
  const names = await embedConcepts(encoder, [...classes.values()]);
  for (const probeSet of hub.probeSets) {
    const images = probeImages(folder, probeSet);
    if (!images || (only && only !== probeSet)) continue;
    console.error(`${probeSet}: learning`);
    const started = performance.now();
    const { choosing, reporting } = halvesOf(hub.models, readResponses(folder, probeSet), false);
    const [teachers, learners] = teach === 'even' ? [choosing, reporting] : [reporting, choosing];
    const learned = await learn(products, teachers);
    const concepts = conceptRows(await openConceptSpace(images, encoder, vocabulary), names);
    console.error(`${probeSet}: measuring`);
    const measured = await measureCurve(products, {
      // What was learned the other way round is never taken for the same figure.
      probeSet: teach === 'even' ? probeSet : `${probeSet}, odd models teach`,
      learned,
      models: learners,
      concepts,
      classes: [...classes.keys()],
      shares,
      schemes,
      queries,
    });
    report.curve.push(...measured.curve);
    report.errors.push(...measured.errors);
    report.distances.push(...measured.distances);
    report.took[`curve of ${probeSet} by ${queries} logits`] = Math.round(
      (performance.now() - started) / 1000,
    );
  }
}

async function measureRealModels(
  { hub, folder, products, encoder, vocabulary }: Bench,
  report: Report,
): Promise<void> {
  const images = probeImages(folder, ZOO_PROBE_SET);
  if (!images) return;
  console.error('zoo: learning');
  const { choosing, reporting } = halvesOf(hub.models, readResponses(folder, ZOO_PROBE_SET), false);
  const learned = await learn(products, [...choosing, ...reporting]);
  const space = await openConceptSpace(images, encoder, vocabulary);
  const setting = { products, encoder, space, learned };
  report.zoo.push(...(await measureZoo(folder, hub.zoo, images, setting, ZOO_OPTIONS)));
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
