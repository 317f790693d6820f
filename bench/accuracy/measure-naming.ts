import { type Matrix, nameStandings, rowOf } from '../../src/domain/index.js';
import type { MatrixProducts } from '../../src/search/matrix-products.js';
import type { BenchGallery } from './gallery.js';
import { figures, firstRightRank } from './metrics.js';
import type { Row } from './row.js';
import { asymmetric, products } from './scores.js';

/** Names for logits, as if they had no label, from a vocabulary; right when it is a synonym of the true class. */
export async function measureNaming(
  with_: MatrixProducts,
  probeSet: string,
  row: string,
  { logits, rows }: BenchGallery,
  plain: Matrix,
  queries: number[],
  vocabulary: { names: readonly string[]; standardised: Matrix; ours: Matrix },
): Promise<Row[]> {
  const report = (method: string, k: number | null, scores: Matrix): Row => ({
    row,
    probeSet,
    method,
    k,
    ...figures(
      queries.map((logit) =>
        firstRightRank(
          Float32Array.from({ length: vocabulary.names.length }, (_, name) => rowOf(scores, name)[logit]),
          () => true,
          (name) => logits[logit].names.includes(vocabulary.names[name]),
        ),
      ),
    ),
  });
  const k = 2;
  const scores = await products(with_, vocabulary.ours, rows);
  return [
    report('paper', k, await asymmetric(with_, vocabulary.standardised, plain, k)),
    report('score', null, scores),
    report('ours', null, standingOut(scores)),
  ];
}

/** Each name's scores in deviations from its mean over the gallery: what the product ranks names by. */
export function standingOut(scores: Matrix): Matrix {
  const { means, deviations } = nameStandings(scores);
  const data = scores.data.map((value, place) => {
    const name = Math.floor(place / scores.columns);
    return (value - means[name]) / (deviations[name] || 1);
  });
  return { ...scores, data };
}
