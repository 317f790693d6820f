import { random } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import {
  type BenchGallery,
  buildGallery,
  collectDescriptors,
  type DescriptorGallery,
  type DescriptorKind,
  type ModelResponses,
} from './gallery.js';
import { figures } from './metrics.js';
import { type Judge, ranks, withConsensus } from './rank.js';
import type { Row } from './row.js';
import { asymmetric, cosines, euclidean, pick, products, type Scores } from './scores.js';

const QUERIES = 400;
const QUERY_SEED = 400;
/** The paper's k. */
export const SWEEP = [1, 2, 3, 5, 8, 20, 50, 100, 200, 500, 1_000];

/** Halves of a hub: parameters are chosen on one, everything is reported on the other. */
export interface Halves {
  choosing: ModelResponses[];
  reporting: ModelResponses[];
}

/** Names of the rows that queries by logit fill. */
export interface LogitRowNames {
  all: string;
  otherBackbone: string;
}

/**
 * Queries by logit against the logits of other models, and of models on another backbone.
 *
 * @param full also the steps from the paper's descriptor to ours, and what all probes give
 */
export async function measureLogits(
  with_: MatrixProducts,
  probeSet: string,
  { choosing, reporting }: Halves,
  names: LogitRowNames,
  full: boolean,
): Promise<{ rows: Row[]; ours: BenchGallery }> {
  const rows: Row[] = [];
  const plain = collectDescriptors(reporting, 'PLAIN');
  const drawn = drawQueries(plain, QUERIES);
  const report = (
    method: string,
    k: number | null,
    gallery: DescriptorGallery,
    scores: Scores,
    agreeing?: BenchGallery,
  ) => reportRows(with_, probeSet, names, { method, k }, gallery, drawn, scores, agreeing);

  const sweep = await sweepPaper(with_, collectDescriptors(choosing, 'PLAIN'));
  for (const of of ['all', 'otherBackbone'] as const) {
    const k = sweep.reduce((a, b) => (b[of] > a[of] ? b : a)).k;
    const scores = await asymmetric(with_, pick(plain.rows, drawn), plain.rows, k);
    rows.push(...(await report('paper', k, plain, scores)).filter(({ row }) => row === names[of]));
  }
  if (full) {
    const raw = collectDescriptors(reporting, 'RAW');
    const rawQueries = pick(raw.rows, drawn);
    rows.push(...(await report('raw-cosine', null, raw, await cosines(with_, rawQueries, raw.rows))));
    rows.push(...(await report('raw-euclidean', null, raw, await euclidean(with_, rawQueries, raw.rows))));
    const plainCosines = await cosines(with_, pick(plain.rows, drawn), plain.rows);
    rows.push(...(await report('cosine', null, plain, plainCosines)));
    for (const kind of ['GAUGE', 'SPREAD'] satisfies DescriptorKind[]) {
      const gallery = await buildGallery(reporting, kind, with_);
      const name = kind.toLowerCase();
      rows.push(
        ...(await report(name, null, gallery, await cosines(with_, pick(gallery.rows, drawn), gallery.rows))),
      );
      const whitened = await products(with_, pick(gallery.index, drawn), gallery.index);
      rows.push(...(await report(`${name}+whitening`, null, gallery, whitened)));
    }
  }
  const ours = await buildGallery(reporting, 'SHARP', with_);
  const scores = await products(with_, pick(ours.index, drawn), ours.index);
  if (full) {
    const unwhitened = await cosines(with_, pick(ours.rows, drawn), ours.rows);
    rows.push(...(await report('sharp', null, ours, unwhitened)));
    rows.push(...(await report('sharp+whitening', null, ours, scores)));
  }
  rows.push(...(await report('ours', null, ours, scores, ours)));
  return { rows, ours };
}

/** Draws the queries of a gallery; the same for the same gallery. */
export function drawQueries({ logits }: Pick<BenchGallery, 'logits'>, count: number): number[] {
  const next = random(QUERY_SEED);
  const chosen = new Set<number>();
  while (chosen.size < Math.min(count, logits.length)) chosen.add(Math.floor(next() * logits.length));
  return [...chosen];
}

/** Judges for queries by a gallery's own logits: answers come from other models, or from other backbones. */
export function judges(
  { logits }: Pick<BenchGallery, 'logits'>,
  drawn: number[],
  by: 'model' | 'backbone',
): Judge[] {
  return drawn.map((query) => ({
    isAllowed: (candidate) => candidate[by] !== logits[query][by],
    isRight: (candidate) => candidate.wnid === logits[query].wnid,
  }));
}

async function sweepPaper(with_: MatrixProducts, gallery: DescriptorGallery) {
  const drawn = drawQueries(gallery, QUERIES / 2);
  const queries = pick(gallery.rows, drawn);
  const swept: { k: number; all: number; otherBackbone: number }[] = [];
  for (const k of SWEEP) {
    const scores = await asymmetric(with_, queries, gallery.rows, k);
    const top1 = (by: 'model' | 'backbone') =>
      figures(ranks(gallery, scores, judges(gallery, drawn, by))).top1;
    swept.push({ k, all: top1('model'), otherBackbone: top1('backbone') });
  }
  return swept;
}

async function reportRows(
  with_: MatrixProducts,
  probeSet: string,
  names: LogitRowNames,
  { method, k }: { method: string; k: number | null },
  gallery: DescriptorGallery,
  drawn: number[],
  scores: Scores,
  agreeing: BenchGallery | undefined,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [row, by] of [
    [names.all, 'model'],
    [names.otherBackbone, 'backbone'],
  ] as const) {
    const judged = judges(gallery, drawn, by);
    const final = agreeing ? await withConsensus(with_, agreeing, scores, judged) : scores;
    rows.push({ row, probeSet, method, k, ...figures(ranks(gallery, final, judged)) });
  }
  return rows;
}
