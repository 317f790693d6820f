import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openMatrixProducts } from '../src/search/matrix-products.js';
import { openTextEncoder } from '../src/text/index.js';
import { type Answer, fitCurve } from './accuracy/calibration.js';
import { openHub } from './accuracy/hub.js';
import { measureProbeSet } from './accuracy/measure-probe-set.js';
import { accuracyPage } from './accuracy/page.js';
import { emptyReport, type Report } from './accuracy/report.js';

const HELP = `usage: npm run bench:accuracy -- <hub folder> [--json FILE] [--page FILE] [--encoder FOLDER] [--without-zoo]

Accuracy of retrieval on a hub of classifiers with known classes (docs/accuracy.md): raw responses, the paper's recipe at
its best k, the steps from there to ours, and ours. Everything that is chosen is chosen on the models of even index, and
reported on those of odd index. Labels are never an input of the search. Rows that need a missing part of the hub are
left out and named.

  --json FILE        write everything as JSON
  --page FILE        write a Markdown page, and its plot beside it with the ending .svg
  --encoder FOLDER   text encoder (default: demo/encoder)
  --without-zoo      leave out the rows for which the hub's ONNX models must be run
  --help             print this`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      page: { type: 'string' },
      encoder: { type: 'string' },
      'without-zoo': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(HELP);
  const [folder] = positionals;
  if (positionals.length !== 1) throw new Error(`one hub folder is needed\n${HELP}`);
  const started = performance.now();
  const hub = openHub(folder);
  const report = emptyReport(basename(resolve(folder)), hub.missing);
  const encoder = await openTextEncoder({
    model: values.encoder ?? fileURLToPath(new URL('../../demo/encoder', import.meta.url)),
    cacheFolder: join(tmpdir(), 'probelog-encoders'),
  });
  try {
    const products = await openMatrixProducts();
    const choosing = new Map<string, Answer[]>();
    for (const probeSet of hub.models.length > 0 ? hub.probeSets : []) {
      await measureProbeSet(
        { folder, hub, encoder, products, withZoo: !values['without-zoo'], choosing },
        probeSet,
        report,
      );
    }
    for (const [row, answers] of choosing) report.fitted[row] = fitCurve(answers);
  } finally {
    await encoder.close();
  }
  report.seconds = Math.round((performance.now() - started) / 1000);
  console.log(tableOf(report));
  for (const part of report.missing) console.error(`left out for want of ${part}`);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  if (values.page) {
    const { markdown, svg } = accuracyPage(report, basename(values.page).replace(/\.md$/, '.svg'));
    writeFileSync(values.page, markdown);
    writeFileSync(values.page.replace(/\.md$/, '.svg'), svg);
  }
  if (report.rows.length === 0) throw new Error('the hub holds nothing that can be measured');
}

function tableOf({ rows, calibration, fitted, expectedAccuracy, seconds }: Report): string {
  const lines = rows.map(({ row, probeSet, method, k, top1, top5, mrr, queries, ci95 }) =>
    [
      row,
      probeSet,
      method,
      k ?? '',
      top1.toFixed(1),
      top5.toFixed(1),
      mrr.toFixed(3),
      queries,
      ci95.join('–'),
    ].join(' | '),
  );
  const reliability = calibration.map(
    ({ row, probeSet, ece, answers }) =>
      `${row} | ${probeSet} | expected calibration error ${ece.toFixed(3)} of ${answers} answers`,
  );
  const curves = Object.entries(fitted).map(
    ([row, { offset, slope, most }]) =>
      `${row} | curve fitted on the choosing halves: ${most} of ${offset.toFixed(2)} + ${slope.toFixed(2)} z`,
  );
  const accuracies = expectedAccuracy.map(
    ({ probeSet, spearmanLogits, spearmanModels, meanAbsoluteError }) =>
      `expected accuracy | ${probeSet} | Spearman ${spearmanLogits.toFixed(3)} over logits, ${spearmanModels.toFixed(3)} over models | mean absolute error ${meanAbsoluteError.toFixed(3)}`,
  );
  return [
    'row | probe set | method | k | top-1 % | top-5 % | MRR | queries | 95 %',
    ...lines,
    ...reliability,
    ...curves,
    ...accuracies,
    `${seconds} s`,
  ].join('\n');
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
