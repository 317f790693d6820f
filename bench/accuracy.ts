import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openMatrixProducts } from '../src/search/matrix-products.js';
import { EVERYDAY_VOCABULARY, embedConcepts, openTextEncoder } from '../src/text/index.js';
import { measureAbsent } from './accuracy/absent/measure-absent.js';
import type { Bench } from './accuracy/data/bench.js';
import { openHub } from './accuracy/data/hub.js';
import { measureConfidence } from './accuracy/measure/measure-confidence.js';
import { fitExpectedAccuracy, type SkewedLogit } from './accuracy/measure/measure-expected-accuracy.js';
import { measureProbeSet } from './accuracy/measure/measure-probe-set.js';
import { accuracyPage } from './accuracy/report/page.js';
import { emptyReport, type Report } from './accuracy/report/report.js';
import { textTable } from './accuracy/report/table.js';
import { tablesOf } from './accuracy/report/tables.js';
import { benchArguments } from './support/bench-arguments.js';

const HELP = `usage: npm run bench:accuracy -- <hub folder> [--json FILE] [--page FILE] [--encoder FOLDER]
                                           [--without-zoo] [--choose] [--only absent]

Measures retrieval accuracy on a hub of classifiers with known classes (docs/accuracy.md): raw responses, the paper's
method at its best k, the steps from there to ours, and ours. All constants are chosen on models with an even index and
reported on those with an odd index. Search never uses labels. Rows that need a missing part of the hub are skipped and
listed.

  --json FILE        write everything as JSON
  --page FILE        write a Markdown page, and its plot beside it as .svg
  --encoder FOLDER   text encoder (default: demo/encoder)
  --without-zoo      skip the rows that run the hub's ONNX models
  --choose           also sweep the product's constants on models with an even index, and print the best values
  --only absent      only how honest galleries are about what they do not know (docs/accuracy.md)
  --help             print this help`;

async function main(): Promise<void> {
  const { values, positionals } = benchArguments(
    HELP,
    {
      json: { type: 'string' },
      page: { type: 'string' },
      encoder: { type: 'string' },
      'without-zoo': { type: 'boolean' },
      choose: { type: 'boolean' },
      only: { type: 'string' },
    },
    true,
  );
  const { only } = values;
  if (only !== undefined && only !== 'absent') throw new Error(`--only is ${only}; it must be absent`);
  const [folder] = positionals;
  if (positionals.length !== 1) throw new Error(`one hub folder is needed\n${HELP}`);
  const started = performance.now();
  const hub = openHub(folder);
  const report = emptyReport(basename(resolve(folder)), hub.missing);
  const encoder = await openTextEncoder({
    model: values.encoder ?? fileURLToPath(new URL('../../demo/encoder', import.meta.url)),
    cacheFolder: join(tmpdir(), 'probelog-encoders'),
    maxMemoryBytes: 2 ** 33,
  });
  try {
    const bench: Bench = {
      folder,
      hub,
      encoder,
      products: await openMatrixProducts(),
      withZoo: !values['without-zoo'],
      withChoice: values.choose ?? false,
      vocabulary: await embedConcepts(encoder, EVERYDAY_VOCABULARY),
      judged: [],
    };
    if (only === undefined) await measureAnswers(bench, report);
    const { missing, ...honesty } = await measureAbsent(bench);
    Object.assign(report, honesty);
    report.missing.push(...missing);
  } finally {
    await encoder.close();
  }
  report.seconds = Math.round((performance.now() - started) / 1000);
  console.log(textOf(report));
  for (const part of report.missing) console.error(`left out for want of ${part}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(withAllRows(report), null, 2)}\n`);
  if (values.page) {
    const { markdown, svg } = accuracyPage(report, basename(values.page).replace(/\.md$/, '.svg'));
    writeFileSync(values.page, markdown);
    writeFileSync(values.page.replace(/\.md$/, '.svg'), svg);
  }
  if (report.rows.length + report.absent.length === 0)
    throw new Error('the hub holds nothing that can be measured');
}

async function measureAnswers(bench: Bench, report: Report): Promise<void> {
  const { hub } = bench;
  const skewed: SkewedLogit[] = [];
  for (const probeSet of hub.models.length > 0 ? hub.probeSets : [])
    skewed.push(...(await measureProbeSet(bench, probeSet, report)));
  if (skewed.length > 0) report.expectedAccuracyWeights = fitExpectedAccuracy(skewed);
  Object.assign(report, measureConfidence(bench.judged));
}

/** The report with the rows of every kind in one list, for programs that look for a row by its name. */
function withAllRows({ absent, rows, ...report }: Report) {
  return { ...report, rows: [...rows, ...absent] };
}

function textOf(report: Report): string {
  return [...tablesOf(report).map(textTable), `${report.seconds} s`].join('\n\n');
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
