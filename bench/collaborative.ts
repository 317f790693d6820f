import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Matrix } from '../src/domain/index.js';
import { type MatrixProducts, openMatrixProducts } from '../src/search/matrix-products.js';
import { EVERYDAY_VOCABULARY, embedConcepts, openTextEncoder, type TextEncoder } from '../src/text/index.js';
import { conceptRows, openConceptSpace } from './accuracy/data/concepts.js';
import { halvesOf } from './accuracy/data/halves.js';
import { type Hub, openHub, probeImages, readResponses } from './accuracy/data/hub.js';
import { textTable } from './accuracy/report/table.js';
import { learn } from './collaborative/learn.js';
import {
  type CurveTask,
  measureCurve,
  NOT_COMPLETED,
  QUERIES,
  REGRESSION_ONLY,
  SHARES,
} from './collaborative/measure-curve.js';
import { measureScale } from './collaborative/measure-scale.js';
import { measureZoo } from './collaborative/measure-zoo.js';
import { collaborativePage } from './collaborative/page.js';
import { emptyReport, type Report, tablesOf } from './collaborative/report.js';
import { mergeReports, readReport, writeReport } from './collaborative/report-file.js';
import { SCHEMES } from './collaborative/schemes.js';
import { benchArguments } from './support/bench-arguments.js';

/** What can be measured by itself. */
const PARTS = ['curve', 'zoo', 'scale'];
/** Models of even or of odd index. */
const HALVES = ['even', 'odd'];
/** What the curve compares. */
const CURVES = [...Object.keys(SCHEMES), REGRESSION_ONLY, NOT_COMPLETED];
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

  --json FILE        write everything as JSON, again after each figure: what an interrupted run has measured is there
  --page FILE        write everything as a Markdown page, with a plot beside it
  --shares LIST      comma-separated shares, 0 to 1 (default: ${SHARES.join(',')})
  --queries N        number of queries by logit (default: ${QUERIES}); the accuracy benchmark's are the first 400 of them
  --probe-set NAME   only the curve of this probe set
  --teach HALF       even (default): fit to models with an even index, report those with an odd index; odd: the reverse
  --schemes LIST     only the curves of these ways to choose: ${CURVES.join(', ')}
  --only LIST        only these parts: ${PARTS.join(', ')}; a part that the hub lacks the files for is left out, by name
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

/** What was measured so far. */
interface Progress {
  report: Report;
  /** Writes the report as it is now. */
  save(): void;
}

/** What all parts are measured with. */
interface Bench extends Progress {
  hub: Hub;
  folder: string;
  products: MatrixProducts;
  encoder: TextEncoder;
  vocabulary: Matrix;
}

async function main(): Promise<void> {
  const { values, positionals } = benchArguments(
    HELP,
    {
      json: { type: 'string' },
      page: { type: 'string' },
      shares: { type: 'string' },
      queries: { type: 'string' },
      'probe-set': { type: 'string' },
      teach: { type: 'string' },
      schemes: { type: 'string' },
      only: { type: 'string' },
      from: { type: 'string', multiple: true },
    },
    true,
  );
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
  const all = () => [...earlier, measured].reduce(mergeReports);
  const { json } = values;
  const save = () => (json === undefined ? undefined : writeReport(json, all()));
  if (folder !== undefined) await measure(folder, parts, options, { report: measured, save });
  const report = all();
  console.log(tablesOf(report).map(textTable).join('\n\n'));
  save();
  if (values.page) {
    const plot = values.page.replace(/\.md$/, '.svg');
    const { markdown, svg } = collaborativePage(report, basename(plot));
    writeFileSync(values.page, markdown);
    writeFileSync(plot, svg);
  }
}

async function measure(folder: string, parts: string[], options: Options, progress: Progress): Promise<void> {
  const { report, save } = progress;
  const hub = openHub(folder);
  for (const missing of hub.missing) leaveOut(report, `${missing}: not in ${folder}`);
  const encoder = await openTextEncoder({
    model: fileURLToPath(new URL('../../demo/encoder', import.meta.url)),
    cacheFolder: join(tmpdir(), 'probelog-encoders'),
    maxMemoryBytes: 2 ** 33,
  });
  try {
    const vocabulary = await embedConcepts(encoder, EVERYDAY_VOCABULARY);
    const products = await openMatrixProducts();
    const bench: Bench = { hub, folder, products, encoder, vocabulary, report, save };
    if (parts.includes('curve')) await measureCurves(bench, options);
    if (parts.includes('zoo')) await measureRealModels(bench);
  } finally {
    await encoder.close();
  }
  if (parts.includes('scale')) {
    const started = performance.now();
    report.scale = await measureScale();
    report.took.scale = secondsSince(started);
  }
  save();
}

function leaveOut(report: Report, reason: string): void {
  report.leftOut.push(reason);
  console.error(`left out: ${reason}`);
}

function secondsSince(started: number): number {
  return Math.round((performance.now() - started) / 1000);
}

async function measureCurves(
  { hub, folder, products, encoder, vocabulary, report, save }: Bench,
  { shares, schemes, queries, probeSet: only, teach }: Options,
): Promise<void> {
  if (hub.models.length === 0)
    return leaveOut(report, 'the curve: the hub has no responses with known classes');
  const classes = new Map(hub.models.flatMap(({ logits }) => logits.map(({ wnid, label }) => [wnid, label])));
  const names = await embedConcepts(encoder, [...classes.values()]);
  for (const probeSet of hub.probeSets) {
    if (only && only !== probeSet) continue;
    const images = probeImages(folder, probeSet);
    if (!images) {
      leaveOut(report, `the curve of ${probeSet}: the hub has no folder probes/${probeSet}`);
      continue;
    }
    console.error(`${probeSet}: learning`);
    const started = performance.now();
    const { choosing, reporting } = halvesOf(hub.models, readResponses(folder, probeSet), false);
    const [teachers, learners] = teach === 'even' ? [choosing, reporting] : [reporting, choosing];
    const learned = await learn(products, teachers);
    const concepts = conceptRows(await openConceptSpace(images, encoder, vocabulary), names);
    console.error(`${probeSet}: measuring`);
    const task: CurveTask = {
      // What was learned the other way round is never taken for the same figure.
      probeSet: teach === 'even' ? probeSet : `${probeSet}, odd models teach`,
      learned,
      models: learners,
      concepts,
      classes: [...classes.keys()],
      shares,
      schemes,
      queries,
    };
    await measureCurve(products, task, report, save);
    report.took[`curve of ${task.probeSet} by ${queries} logits`] = secondsSince(started);
  }
}

async function measureRealModels({
  hub,
  folder,
  products,
  encoder,
  vocabulary,
  report,
  save,
}: Bench): Promise<void> {
  const images = probeImages(folder, ZOO_PROBE_SET);
  if (hub.zoo.length === 0) return leaveOut(report, 'the zoo: the hub has no ONNX models');
  if (!images || !hub.probeSets.includes(ZOO_PROBE_SET))
    return leaveOut(report, `the zoo: the hub has no probes or no responses of ${ZOO_PROBE_SET}`);
  console.error('zoo: learning');
  const started = performance.now();
  const { choosing, reporting } = halvesOf(hub.models, readResponses(folder, ZOO_PROBE_SET), false);
  const learned = await learn(products, [...choosing, ...reporting]);
  const space = await openConceptSpace(images, encoder, vocabulary);
  const setting = { products, encoder, space, learned };
  report.zoo.push(...(await measureZoo(folder, hub.zoo, images, setting, ZOO_OPTIONS)));
  report.took.zoo = secondsSince(started);
  save();
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
