import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type MatrixProducts, openMatrixProducts } from '../src/search/matrix-products.js';
import { EVERYDAY_VOCABULARY, embedConcepts, openTextEncoder } from '../src/text/index.js';
import { conceptRows, openConceptSpace } from './accuracy/concepts.js';
import { halvesOf } from './accuracy/halves.js';
import { openHub, probeImages, readResponses } from './accuracy/hub.js';
import { textTable } from './accuracy/table.js';
import { learn } from './collaborative/learn.js';
import { measureCurve, QUERIES, SHARES } from './collaborative/measure-curve.js';
import { collaborativePage } from './collaborative/page.js';
import { emptyReport, type Report, tablesOf } from './collaborative/report.js';

const HELP = `usage: npm run bench:collaborative -- <hub folder> [options]

Accuracy against the share of the probes that a model is run on, for each way to choose them (docs/collaborative-probing.md).
What models are completed with is learnt from those of even index, and reported on those of odd index.

  --json FILE        write everything as JSON
  --page FILE        write everything as a Markdown page, with a plot beside it
  --shares LIST      comma-separated shares, 0 to 1 (default: ${SHARES.join(',')})
  --queries N        logits that ask (default: ${QUERIES}); the accuracy benchmark's are the first 400 of them
  --probe-set NAME   only this one
  --help             print this`;

interface Options {
  shares: number[];
  queries: number;
  probeSet: string | undefined;
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
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(HELP);
  const [folder] = positionals;
  if (positionals.length !== 1) throw new Error(`one hub folder is needed\n${HELP}`);
  const options: Options = {
    shares: values.shares?.split(',').map(Number) ?? SHARES,
    queries: Number(values.queries ?? QUERIES),
    probeSet: values['probe-set'],
  };
  if (options.shares.some((share) => !(share > 0 && share <= 1)) || !(options.queries > 0))
    throw new Error(`shares are above 0 and at most 1, and queries above 0\n${HELP}`);
  const started = performance.now();
  const with_ = await openMatrixProducts();
  const report = emptyReport(options.queries);
  await measureHub(with_, folder, options, report);
  report.seconds = Math.round((performance.now() - started) / 1000);
  console.log(tablesOf(report).map(textTable).join('\n\n'));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  if (values.page) {
    const plot = values.page.replace(/\.md$/, '.svg');
    const { markdown, svg } = collaborativePage(report, basename(plot));
    writeFileSync(values.page, markdown);
    writeFileSync(plot, svg);
  }
}

async function measureHub(
  with_: MatrixProducts,
  folder: string,
  { shares, queries, probeSet: only }: Options,
  report: Report,
): Promise<void> {
  const hub = openHub(folder);
  const encoder = await openTextEncoder({
    model: fileURLToPath(new URL('../../demo/encoder', import.meta.url)),
    cacheFolder: join(tmpdir(), 'probelog-encoders'),
  });
  try {
    const vocabulary = await embedConcepts(encoder, EVERYDAY_VOCABULARY);
    const classes = new Map(
      hub.models.flatMap(({ logits }) => logits.map(({ wnid, label }) => [wnid, label])),
    );
    const names = await embedConcepts(encoder, [...classes.values()]);
    for (const probeSet of hub.probeSets) {
      const images = probeImages(folder, probeSet);
      if (!images || (only && only !== probeSet)) continue;
      console.error(`${probeSet}: learning`);
      const { choosing, reporting } = halvesOf(hub.models, readResponses(folder, probeSet), false);
      const learnt = await learn(with_, choosing);
      const concepts = conceptRows(await openConceptSpace(images, encoder, vocabulary), names);
      const task = {
        probeSet,
        learnt,
        models: reporting,
        concepts,
        classes: [...classes.keys()],
        shares,
        queries,
      };
      console.error(`${probeSet}: measuring`);
      const { curve, errors, distances } = await measureCurve(with_, task);
      report.curve.push(...curve);
      report.errors.push(...errors);
      report.distances.push(...distances);
    }
  } finally {
    await encoder.close();
  }
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
