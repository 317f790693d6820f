import {
  type Basis,
  type Matrix,
  random,
  rowOf,
  unitRows,
  whiteningMatrix,
} from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import { basisOf, type DescriptorGallery } from '../data/gallery.js';
import { best } from '../statistics/rank.js';
import { pick, products } from '../statistics/scores.js';

const SEED = 2;
const NEIGHBORS = 10;

/** A gallery seen through half of the probes, with a basis of its own. */
export interface HalfView {
  rows: Matrix;
  basis: Basis;
}

/** Both halves of the probes, drawn at random. */
export async function splitProbes(rows: Matrix, rank: number, with_: MatrixProducts): Promise<HalfView[]> {
  const next = random(SEED);
  const order = [...Array(rows.columns).keys()]
    .map((probe) => ({ probe, at: next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ probe }) => probe);
  const middle = Math.floor(order.length / 2);
  const views: HalfView[] = [];
  for (const probes of [order.slice(0, middle), order.slice(middle)]) {
    const half = columnsOf(rows, probes);
    views.push({ rows: half, basis: await basisOf(half, with_, Math.min(rank, probes.length - 1)) });
  }
  return views;
}

/**
 * The share of a logit's ten nearest logits of other models by one half of the probes that are among them by the other
 * half too. It reads no label, so a gallery's owner could choose a whitening by it.
 */
export async function splitHalfAgreement(
  views: HalfView[],
  { logits }: Pick<DescriptorGallery, 'logits'>,
  queries: number[],
  exponent: number,
  rank: number,
  with_: MatrixProducts,
): Promise<number> {
  const nearest: Set<number>[][] = [];
  for (const { rows, basis } of views) {
    const whitening = whiteningMatrix(truncated(basis, rank), exponent);
    const index = unitRows(await with_.project(rows, whitening));
    const scores = await products(with_, pick(index, queries), index);
    nearest.push(
      queries.map(
        (query, place) =>
          new Set(
            best(rowOf(scores, place), NEIGHBORS, (other) => logits[other].model !== logits[query].model),
          ),
      ),
    );
  }
  const [first, second] = nearest;
  const shared = first.map((set, query) => [...set].filter((other) => second[query].has(other)).length);
  return shared.reduce((sum, count) => sum + count, 0) / (shared.length * NEIGHBORS);
}

/** The leading directions of a basis. */
export function truncated(basis: Basis, rank: number): Basis {
  const kept = Math.min(rank, basis.rank);
  const vectors = new Float32Array(basis.probes * kept);
  for (let probe = 0; probe < basis.probes; probe++)
    vectors.set(basis.vectors.subarray(probe * basis.rank, probe * basis.rank + kept), probe * kept);
  return { ...basis, rank: kept, vectors, eigenvalues: basis.eigenvalues.slice(0, kept) };
}

function columnsOf(matrix: Matrix, columns: readonly number[]): Matrix {
  const data = new Float32Array(matrix.rows * columns.length);
  for (let row = 0; row < matrix.rows; row++)
    for (const [to, from] of columns.entries())
      data[row * columns.length + to] = matrix.data[row * matrix.columns + from];
  return { rows: matrix.rows, columns: columns.length, data };
}
