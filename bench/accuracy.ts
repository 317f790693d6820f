import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openTextEncoder, type TextEncoder } from '../src/text/index.js';
import { conceptQueries } from './accuracy/concept-queries.js';
import { type BenchGallery, buildGallery } from './accuracy/gallery.js';
import { type Hub, openHub, probeImages, readResponses } from './accuracy/hub.js';
import { conceptRows, logitRows, type Row } from './accuracy/rows.js';

const HELP = `usage: npm run bench:accuracy -- <hub folder> [--json FILE] [--encoder FOLDER]

Accuracy of retrieval on a hub of classifiers with known classes (docs/benchmarks.md): the paper's recipe at its best k,
and ours. k is chosen on the models of even index, and everything is reported on those of odd index. Labels are never
an input of the search. Rows that need a missing part of the hub are left out and named.

  --json FILE        write the table as JSON
  --encoder FOLDER   text encoder (default: demo/encoder)
  --help             print this`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'string' }, encoder: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return console.log(HELP);
  const [folder] = positionals;
  if (positionals.length !== 1) throw new Error(`one hub folder is needed\n${HELP}`);
  const hub = openHub(folder);
  const encoder = await openTextEncoder({
    model: values.encoder ?? fileURLToPath(new URL('../../demo/encoder', import.meta.url)),
    cacheFolder: join(tmpdir(), 'probelog-encoders'),
  });
  try {
    const rows: Row[] = [];
    const missing = [...hub.missing];
    if (hub.models.length > 0) {
      for (const probeSet of hub.probeSets)
        rows.push(...(await measure(folder, hub, probeSet, encoder, missing)));
    }
    console.log(tableOf(rows));
    for (const part of missing) console.error(`left out for want of ${part}`);
    if (values.json) {
      writeFileSync(
        values.json,
        `${JSON.stringify({ hub: basename(resolve(folder)), rows, missing }, null, 2)}\n`,
      );
    }
    if (rows.length === 0) throw new Error('the hub holds nothing that can be measured');
  } finally {
    await encoder.close();
  }
}

async function measure(
  folder: string,
  { models }: Hub,
  probeSet: string,
  encoder: TextEncoder,
  missing: string[],
): Promise<Row[]> {
  const responses = readResponses(folder, probeSet);
  const half = (parity: number) => models.filter((_, index) => index % 2 === parity);
  const galleries = async (softmaxOnly: boolean): Promise<[BenchGallery, BenchGallery]> => [
    await buildGallery(responses, half(0), softmaxOnly),
    await buildGallery(responses, half(1), softmaxOnly),
  ];
  const [choosing, reporting] = await galleries(false);
  say(
    probeSet,
    `${reporting.logits.length} logits of ${half(1).length} models, basis of rank ${reporting.basis.rank}`,
  );
  const rows = logitRows(probeSet, choosing, reporting, {
    all: 'logit-logit',
    otherBackbone: 'logit-logit-other-backbone',
  });
  say(probeSet, 'softmax only');
  const [softmaxChoosing, softmaxReporting] = await galleries(true);
  rows.push(
    ...logitRows(probeSet, softmaxChoosing, softmaxReporting, {
      all: 'logit-logit-softmax-only',
      otherBackbone: 'logit-logit-other-backbone-softmax-only',
    }),
  );
  const images = probeImages(folder, probeSet);
  if (images?.length !== responses.columns) {
    missing.push(`probes/${probeSet} (text rows)`);
    return rows;
  }
  say(probeSet, 'text');
  const queries = await conceptQueries(models, images, encoder);
  return [
    ...conceptRows('text-logit', probeSet, choosing, reporting, queries),
    ...conceptRows('text-logit-softmax-only', probeSet, softmaxChoosing, softmaxReporting, queries),
    ...rows,
  ];
}

function tableOf(rows: Row[]): string {
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
  return ['row | probe set | method | k | top-1 % | top-5 % | MRR | queries | 95 %', ...lines].join('\n');
}

function say(probeSet: string, what: string): void {
  console.error(`${probeSet}: ${what}`);
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
