import type { Matrix } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import { asymmetric, type Scores } from '../statistics/scores.js';

/** The paper's k. */
const SWEEP = [1, 2, 3, 5, 8, 20, 50, 100, 200, 500, 1_000];

/**
 * The paper's k with the most right answers, among queries and rows of the choosing half; of equals the least. One for
 * each way to judge.
 */
export async function bestKs(
  with_: MatrixProducts,
  queries: Matrix,
  rows: Matrix,
  judged: ((scores: Scores) => number)[],
): Promise<number[]> {
  const best = judged.map(() => ({ k: SWEEP[0], top1: -1 }));
  for (const k of SWEEP) {
    const scores = await asymmetric(with_, queries, rows, k);
    for (const [place, top1Of] of judged.entries()) {
      const top1 = top1Of(scores);
      if (top1 > best[place].top1) best[place] = { k, top1 };
    }
  }
  return best.map(({ k }) => k);
}

/** The same for one way to judge. */
export async function bestK(
  with_: MatrixProducts,
  queries: Matrix,
  rows: Matrix,
  top1Of: (scores: Scores) => number,
): Promise<number> {
  const [k] = await bestKs(with_, queries, rows, [top1Of]);
  return k;
}
