import {
  CONSENSUS_NEIGHBORS,
  type Matrix,
  RESPONSE_SHARPNESS,
  SPREAD_SHARE,
  sharpen,
  unitRows,
  WHITENING_EXPONENT,
  whiteningMatrix,
  zscore,
} from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import { type BenchGallery, basisOf, buildGallery, type ModelResponses } from '../data/gallery.js';
import { top1 } from '../statistics/metrics.js';
import { type Judge, ranks, withConsensus } from '../statistics/rank.js';
import { pick, products } from '../statistics/scores.js';
import { descriptorKind, MEAN_ONLY } from './descriptor-kinds.js';
import { drawQueries, judges } from './measure-logits.js';
import { splitHalfAgreement, splitProbes, truncated } from './split-half-agreement.js';

const QUERIES = 400;
const AGREEMENT_QUERIES = 200;
const SHIPPED_RANK = 300;
const SPREAD_SHARES = [0.3, SPREAD_SHARE, 0.8, MEAN_ONLY];
const SHARPNESSES = [0, 0.15, RESPONSE_SHARPNESS, 0.45, 0.6];
const EXPONENTS = [0, -0.1, -0.2, WHITENING_EXPONENT, -0.3, -0.4, -0.5];
const RANKS = [100, 200, SHIPPED_RANK, 450];
const NEIGHBOR_COUNTS = [0, 3, 5, CONSENSUS_NEIGHBORS, 20];

/** What one value of one constant comes to on the choosing half, the others being as shipped. */
export interface ChoiceRow {
  constant: string;
  value: number;
  shipped: boolean;
  probeSet: string;
  /** Top-1 of the product's whole method. */
  logit: number;
  otherBackbone: number;
  text: number;
  /** See `splitHalfAgreement`; null where it is not measured. */
  agreement: number | null;
}

/** Sweeps the product's constants, one at a time, on the models of even index. */
export async function measureChoice(
  with_: MatrixProducts,
  probeSet: string,
  models: ModelResponses[],
  ours: BenchGallery,
  concepts: Matrix,
  conceptJudges: Judge[],
): Promise<ChoiceRow[]> {
  const rows: ChoiceRow[] = [];
  const drawn = drawQueries(ours, QUERIES);
  const add = async (
    constant: string,
    value: number,
    shipped: number,
    gallery: BenchGallery,
    neighbors = CONSENSUS_NEIGHBORS,
    agreement: number | null = null,
  ) => {
    const reached = async (queries: Matrix, against: Matrix, judged: Judge[]) => {
      const scores = await products(with_, queries, against);
      return top1(ranks(gallery, await withConsensus(with_, gallery, scores, judged, neighbors), judged));
    };
    const queries = pick(gallery.index, drawn);
    rows.push({
      constant,
      value,
      shipped: value === shipped,
      probeSet,
      logit: await reached(queries, gallery.index, judges(gallery, drawn, 'model')),
      otherBackbone: await reached(queries, gallery.index, judges(gallery, drawn, 'backbone')),
      text: await reached(concepts, gallery.rows, conceptJudges),
      agreement,
    });
  };

  for (const share of SPREAD_SHARES) {
    const kind = descriptorKind(share, (values) => sharpen(values, RESPONSE_SHARPNESS));
    const gallery = share === SPREAD_SHARE ? ours : await buildGallery(models, kind, with_);
    await add('spread share', share, SPREAD_SHARE, gallery);
  }
  for (const sharpness of SHARPNESSES) {
    const kind = descriptorKind(SPREAD_SHARE, (values) =>
      sharpness === 0 ? zscore(values) : sharpen(values, sharpness),
    );
    const gallery = sharpness === RESPONSE_SHARPNESS ? ours : await buildGallery(models, kind, with_);
    await add('sharpness', sharpness, RESPONSE_SHARPNESS, gallery);
  }
  for (const count of NEIGHBOR_COUNTS)
    await add('consensus neighbors', count, CONSENSUS_NEIGHBORS, ours, count);

  const maxBasisRank = Math.max(...RANKS);
  const basis = await basisOf(ours.rows, with_, maxBasisRank);
  const views = await splitProbes(ours.rows, maxBasisRank, with_);
  const whitened = async (
    constant: string,
    value: number,
    shipped: number,
    exponent: number,
    rank: number,
  ) => {
    const kept = truncated(basis, rank);
    const index = unitRows(await with_.project(ours.rows, whiteningMatrix(kept, exponent)));
    const queries = drawn.slice(0, AGREEMENT_QUERIES);
    const agreement = await splitHalfAgreement(views, ours, queries, exponent, rank, with_);
    await add(constant, value, shipped, { ...ours, basis: kept, index }, CONSENSUS_NEIGHBORS, agreement);
  };
  for (const exponent of EXPONENTS)
    await whitened('exponent', exponent, WHITENING_EXPONENT, exponent, SHIPPED_RANK);
  for (const rank of RANKS) await whitened('rank', rank, SHIPPED_RANK, WHITENING_EXPONENT, rank);
  return rows;
}

/** What each constant would be chosen as: by the mean of the three figures over probe sets, and without labels. */
export function chosen(
  rows: ChoiceRow[],
): { constant: string; byTop1: number; byAgreement: number | null }[] {
  return [...new Set(rows.map(({ constant }) => constant))].map((constant) => {
    const tried = rows.filter((row) => row.constant === constant);
    const values = [...new Set(tried.map(({ value }) => value))];
    const bestBy = (figure: (row: ChoiceRow) => number) => {
      const sums = values.map((value) =>
        tried.filter((row) => row.value === value).reduce((sum, row) => sum + figure(row), 0),
      );
      return values[sums.indexOf(Math.max(...sums))];
    };
    return {
      constant,
      byTop1: bestBy(({ logit, otherBackbone, text }) => logit + otherBackbone + text),
      byAgreement: tried.every(({ agreement }) => agreement === null)
        ? null
        : bestBy(({ agreement }) => agreement ?? 0),
    };
  });
}
