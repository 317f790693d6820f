import { type Matrix, nameStatistics, rowOf } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import type { DescriptorGallery } from '../data/gallery.js';
import type { Row } from '../report/row.js';
import { figures, firstRightRank, top1 } from '../statistics/metrics.js';
import { asymmetric, products, type Scores } from '../statistics/scores.js';
import { bestK } from './sweep-paper.js';

/** Logits to name, as if they had no label. */
export interface NamingTask {
  gallery: DescriptorGallery;
  /** The same logits, standardized only. */
  plain: Matrix;
  queries: number[];
}

/** Names as rows of queries. */
export interface NameRows {
  names: readonly string[];
  standardized: Matrix;
  ours: Matrix;
}

/** Names for logits from a vocabulary; right when it is a synonym of the true class. */
export async function measureNaming(
  with_: MatrixProducts,
  probeSet: string,
  choosing: NamingTask,
  reporting: NamingTask,
  vocabulary: NameRows,
): Promise<Row[]> {
  const report = (method: string, k: number | null, scores: Scores): Row => ({
    row: 'naming',
    probeSet,
    method,
    k,
    ...figures(nameRanks(reporting, vocabulary.names, scores)),
  });
  const k = await bestK(with_, vocabulary.standardized, choosing.plain, (scores) =>
    top1(nameRanks(choosing, vocabulary.names, scores)),
  );
  const scores = await products(with_, vocabulary.ours, reporting.gallery.rows);
  return [
    report('paper', k, await asymmetric(with_, vocabulary.standardized, reporting.plain, k)),
    report('score', null, scores),
    report('ours', null, standingOut(scores)),
  ];
}

/** Each name's scores in deviations from its mean over the gallery: what the product ranks names by. */
export function standingOut(scores: Matrix): Matrix {
  const { means, deviations } = nameStatistics(scores);
  const data = scores.data.map((value, place) => {
    const name = Math.floor(place / scores.columns);
    return (value - means[name]) / (deviations[name] || 1);
  });
  return { ...scores, data };
}

/** @param scores V × N */
export function nameRanks(
  { gallery: { logits }, queries }: Pick<NamingTask, 'gallery' | 'queries'>,
  names: readonly string[],
  scores: Scores,
): (number | null)[] {
  return queries.map((logit) =>
    firstRightRank(
      Float32Array.from(names, (_, name) => rowOf(scores, name)[logit]),
      () => true,
      (name) => logits[logit].names.includes(names[name]),
    ),
  );
}
