import { random } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import {
  type BenchGallery,
  buildGallery,
  collectDescriptors,
  type DescriptorGallery,
  indexed,
  type ModelResponses,
} from '../data/gallery.js';
import type { Row } from '../report/row.js';
import { figures, top1 } from '../statistics/metrics.js';
import { type Judge, ranks, withConsensus } from '../statistics/rank.js';
import { asymmetric, cosines, euclidean, pick, products, type Scores } from '../statistics/scores.js';
import { KINDS } from './descriptor-kinds.js';
import { probeReliability, weighColumns } from './probe-reliability.js';
import { bestKs } from './sweep-paper.js';

const QUERIES = 400;
const QUERY_SEED = 400;
const WHITENED: (keyof typeof KINDS)[] = [
  'gauge',
  'spread',
  'gauge+sharp',
  'sharp',
  'spread+both-tails',
  'spread+ranks',
];

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
 * @param full also the steps from the paper's descriptor to ours, what all probes give, and what else was tried
 */
export async function measureLogits(
  with_: MatrixProducts,
  probeSet: string,
  { choosing, reporting }: Halves,
  names: LogitRowNames,
  full: boolean,
): Promise<{ rows: Row[]; ours: BenchGallery }> {
  const rows: Row[] = [];
  const plain = collectDescriptors(reporting, KINDS.plain);
  const drawn = drawQueries(plain, QUERIES);
  const judged = {
    [names.all]: judges(plain, drawn, 'model'),
    [names.otherBackbone]: judges(plain, drawn, 'backbone'),
  };
  const report = async (method: string, gallery: DescriptorGallery, scores: Scores, agree?: BenchGallery) => {
    for (const [row, by] of Object.entries(judged)) {
      const final = agree ? await withConsensus(with_, agree, scores, by) : scores;
      rows.push({ row, probeSet, method, k: null, ...figures(ranks(gallery, final, by)) });
    }
  };
  const reportWhitened = async (method: string, gallery: BenchGallery) =>
    report(method, gallery, await products(with_, pick(gallery.index, drawn), gallery.index));

  const half = collectDescriptors(choosing, KINDS.plain);
  const asked = drawQueries(half, QUERIES);
  const halfJudges = (['model', 'backbone'] as const).map((by) => judges(half, asked, by));
  const ks = await bestKs(
    with_,
    pick(half.rows, asked),
    half.rows,
    halfJudges.map((by) => (scores: Scores) => top1(ranks(half, scores, by))),
  );
  for (const [place, row] of [names.all, names.otherBackbone].entries()) {
    const k = ks[place];
    const scores = await asymmetric(with_, pick(plain.rows, drawn), plain.rows, k);
    rows.push({ row, probeSet, method: 'paper', k, ...figures(ranks(plain, scores, judged[row])) });
  }
  const ours = await buildGallery(reporting, KINDS.sharp, with_);
  if (full) {
    const raw = collectDescriptors(reporting, KINDS.raw);
    const rawQueries = pick(raw.rows, drawn);
    await report('raw-cosine', raw, await cosines(with_, rawQueries, raw.rows));
    await report('raw-euclidean', raw, await euclidean(with_, rawQueries, raw.rows));
    await report('cosine', plain, await cosines(with_, pick(plain.rows, drawn), plain.rows));
    for (const name of WHITENED) {
      const gallery = name === 'sharp' ? ours : await buildGallery(reporting, KINDS[name], with_);
      await report(name, gallery, await cosines(with_, pick(gallery.rows, drawn), gallery.rows));
      await reportWhitened(`${name}+whitening`, gallery);
    }
    const weighed = weighColumns(ours.rows, probeReliability(ours.rows, ours.basis));
    await reportWhitened('sharp+reliability+whitening', await indexed({ ...ours, rows: weighed }, with_));
  }
  await report('ours', ours, await products(with_, pick(ours.index, drawn), ours.index), ours);
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
