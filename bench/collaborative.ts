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
import { measureScale, scaleRows } from './collaborative/measure-scale.js';

const HELP = `usage: npm run bench:collaborative -- <hub folder> [--json FILE] [--shares LIST] [--probe-set NAME]

Accuracy against the share of the probes that a model is run on, for each way to choose them (docs/collaborative-probing.md).
What models are completed with is learnt from those of even index, and reported on those of odd index.

  --json FILE        write everything as JSON
  --shares LIST      comma-separated shares (default: ${SHARES.join(',')})
  --probe-set NAME   only this one
  --scale            also time and memory at 4,000 probes × 100,000 made logits
  --scale-only       nothing else; no hub is needed
  --help             print this`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: { type: 'string' },
      shares: { type: 'string' },
      'probe-set': { type: 'string' },
      scale: { type: 'boolean' },
      'scale-only': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return console.log(HELP);
  const scale = values.scale || values['scale-only'] ? await measureScale() : null;
  if (scale) for (const row of scaleRows(scale)) console.log(row.join(' | '));
  if (values['scale-only']) {
    if (values.json) writeFileSync(values.json, `${JSON.stringify(scale, null, 2)}\n`);
    return;
  }
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
  try {
    for (const probeSet of hub.probeSets) {
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
  } finally {
    await encoder.close();
  }
  for (const point of curve)
    console.log([point.row, point.probeSet, point.scheme, point.share, point.top1, point.top5].join(' | '));
  for (const point of errors) console.log(JSON.stringify(point));
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ curve, errors, ...scale }, null, 2)}\n`);
}

main().catch((thrown: unknown) => {
  console.error(thrown instanceof Error ? thrown.message : thrown);
  process.exitCode = 1;
});
