import { CONSENSUS_CANDIDATES, consensusScores, rowOf } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import type { BenchGallery, GalleryLogit } from '../data/gallery.js';
import { firstRightRank } from './metrics.js';
import { pick, products, type Scores } from './scores.js';

/** Who may answer a query, and who is right. */
export interface Judge {
  isAllowed(candidate: GalleryLogit): boolean;
  isRight(candidate: GalleryLogit): boolean;
}

/** For each query the place of its first right answer, from 1; null when the gallery holds none. */
export function ranks(
  { logits }: Pick<BenchGallery, 'logits'>,
  scores: Scores,
  judges: Judge[],
): (number | null)[] {
  return judges.map(({ isAllowed, isRight }, query) =>
    firstRightRank(
      rowOf(scores, query),
      (candidate) => isAllowed(logits[candidate]),
      (candidate) => isRight(logits[candidate]),
    ),
  );
}

/**
 * The scores after consensus among each query's best allowed candidates, as the product ranks them; the order behind
 * stays.
 */
export async function withConsensus(
  with_: MatrixProducts,
  { logits, index }: Pick<BenchGallery, 'logits' | 'index'>,
  scores: Scores,
  judges: Judge[],
  neighbors?: number,
): Promise<Scores> {
  const refined: Scores = { ...scores, data: scores.data.slice() };
  for (const [query, { isAllowed }] of judges.entries()) {
    const values = rowOf(scores, query);
    const head = best(values, CONSENSUS_CANDIDATES, (candidate) => isAllowed(logits[candidate]));
    const vectors = pick(index, head);
    const agreed = consensusScores(
      head.map((candidate) => values[candidate]),
      await products(with_, vectors, vectors),
      head.map((candidate) => logits[candidate].model),
      neighbors,
    );
    for (const [place, candidate] of head.entries()) rowOf(refined, query)[candidate] = agreed[place];
  }
  return refined;
}

/** The candidates with the largest values, best first. */
export function best(
  values: Float32Array,
  count: number,
  isAllowed: (candidate: number) => boolean,
): number[] {
  const kept: number[] = [];
  for (let candidate = 0; candidate < values.length; candidate++) {
    if (kept.length === count && values[candidate] <= values[kept[count - 1]]) continue;
    if (!isAllowed(candidate)) continue;
    let low = 0;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (values[kept[middle]] < values[candidate]) high = middle;
      else low = middle + 1;
    }
    kept.splice(low, 0, candidate);
    if (kept.length > count) kept.pop();
  }
  return kept;
}
