import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openMatrixProducts } from '../src/search/matrix-products.js';
import { EVERYDAY_VOCABULARY, embedConcepts, openTextEncoder } from '../src/text/index.js';
import { conceptRows, openConceptSpace } from './accuracy/concepts.js';
import { halvesOf } from './accuracy/halves.js';
import { openHub, probeImages, readResponses } from './accuracy/hub.js';
import {
  type CurvePoint,
  type ErrorPoint,
  learn,
  measureCurve,
  SHARES,
} from './collaborative/measure-curve.js';
import { measureZoo, type ZooPoint } from './collaborative/measure-zoo.js';
import { zooTable } from './collaborative/zoo-table.js';

/** Whose responses the zoo's models are completed from. */
const ZOO_PROBE_SET = 'inet1000';
const ZOO_OPTIONS = { budget: 0.34, errorBound: 0, warmRounds: 1 };

const HELP = `usage: npm run bench:collaborative -- <hub folder> [--json FILE] [--shares LIST] [--probe-set NAME]

Accuracy against the share of the probes that a model is run on, for each way to choose them (docs/collaborative-probing.md).
What models are completed with is learnt from those of even index, and reported on those of odd index.

  --json FILE        write everything as JSON
  --shares LIST      comma-separated shares (default: ${SHARES.join(',')})
  --probe-set NAME   only this one
  --zoo              the hub's ONNX models as well, on ${ZOO_PROBE_SET}: learnt from all response matrices, never from them
  --zoo-only         nothing but these
  --help             print this`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      shares: { type: 'string' },
      'probe-set': { type: 'string' },
      zoo: { type: 'boolean' },
      'zoo-only': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(HELP);
  const [folder] = positionals;
  if (positionals.length !== 1) throw new Error(`one hub folder is needed\n${HELP}`);
  const shares = values.shares?.split(',').map(Number) ?? SHARES;
  const hub = openHub(folder);
  const with_ = await openMatrixProducts();
  const encoder = await openTextEncoder({
    model: fileURLToPath(new URL('../../demo/encoder', import.meta.url)),
    cacheFolder: join(tmpdir(), 'probelog-encoders'),
  });
  const vocabulary = await embedConcepts(encoder, EVERYDAY_VOCABULARY);
  const curve: CurvePoint[] = [];
  const errors: ErrorPoint[] = [];
  let zoo: ZooPoint[] | null = null;
  try {
    for (const probeSet of values['zoo-only'] ? [] : hub.probeSets) {
      if (values['probe-set'] && values['probe-set'] !== probeSet) continue;
      const { choosing, reporting } = halvesOf(hub.models, readResponses(folder, probeSet), false);
      const started = performance.now();
      const learnt = await learn(with_, choosing);
      console.error(
        `${probeSet}: learnt in ${Math.round(performance.now() - started)} ms`,
        learnt.prior.shape,
        learnt.prior.expectedError,
        learnt.prior.families.map((f) => f.factor.columns),
      );
      const images = probeImages(folder, probeSet);
      if (!images) continue;
      const space = await openConceptSpace(images, encoder, vocabulary);
      const classes = new Map(
        hub.models.flatMap((model) => model.logits.map(({ wnid, label }) => [wnid, label] as const)),
      );
      const concepts = conceptRows(space, await embedConcepts(encoder, [...classes.values()]));
      const measured = await measureCurve(
        with_,
        probeSet,
        learnt,
        reporting,
        concepts,
        [...classes.keys()],
        shares,
      );
      curve.push(...measured.curve);
      errors.push(...measured.errors);
    }
    const zooImages = values.zoo || values['zoo-only'] ? probeImages(folder, ZOO_PROBE_SET) : null;
    if (zooImages) {
      const { choosing, reporting } = halvesOf(hub.models, readResponses(folder, ZOO_PROBE_SET), false);
      const learnt = await learn(with_, [...choosing, ...reporting]);
      const space = await openConceptSpace(zooImages, encoder, vocabulary);
      const setting = { products: with_, encoder, space, learnt };
      zoo = await measureZoo(folder, hub.zoo, zooImages, setting, ZOO_OPTIONS);
    }
  } finally {
    await encoder.close();
  }
  for (const point of curve)
    console.log([point.row, point.probeSet, point.scheme, point.share, point.top1, point.top5].join(' | '));
  for (const point of errors) console.log(JSON.stringify(point));
  if (zoo) {
    const { title, columns, rows } = zooTable(zoo);
    console.log([title, columns.join(' | '), ...rows.map((row) => row.join(' | '))].join('\n'));
  }
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ curve, errors, zoo }, null, 2)}\n`);
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
