import type { Matrix } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import { asymmetric, type Scores } from './scores.js';

/** The paper's k. */
const SWEEP = [1, 2, 3, 5, 8, 20, 50, 100, 200, 500, 1_000];

/** The paper's k with the most right answers, among queries and rows of the choosing half; of equals the least. */
export async function bestK(
  with_: MatrixProducts,
  queries: Matrix,
  rows: Matrix,
  top1Of: (scores: Scores) => number,
): Promise<number> {
  let best = { k: SWEEP[0], top1: -1 };
  for (const k of SWEEP) {
    const top1 = top1Of(await asymmetric(with_, queries, rows, k));
    if (top1 > best.top1) best = { k, top1 };
  }
  return best.k;
}
