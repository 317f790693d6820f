import { alignToLabels, type Matrix, rowOf, timesVector } from '../../../src/domain/index.js';
import type { MatrixProducts } from '../../../src/search/matrix-products.js';
import type { BenchGallery } from '../data/gallery.js';
import type { Row } from '../report/row.js';
import { figures } from '../statistics/metrics.js';
import { type Judge, ranks, withConsensus } from '../statistics/rank.js';
import { products } from '../statistics/scores.js';

/** Classes as concepts. */
export interface ClassQueries {
  wnids: string[];
  /** One unit row a class. */
  embeddings: Matrix;
  /** One query a class. */
  ours: Matrix;
}

/**
 * Concepts helped by the labels of other models: those of the labeled half help to search the half without labels. In
 * a second row the concept's own class is taken from the labeled models, as if none of them knew it.
 */
export async function measureAlignment(
  with_: MatrixProducts,
  probeSet: string,
  labeled: BenchGallery,
  searched: BenchGallery,
  classes: ClassQueries,
): Promise<Row[]> {
  const judges = classes.wnids.map(
    (wnid): Judge => ({ isAllowed: () => true, isRight: (candidate) => candidate.wnid === wnid }),
  );
  const prototypes = meansOf(labeled, classes.wnids);
  const rows: Row[] = [];
  for (const [row, isLeftOut] of [
    ['text-logit-labels', false],
    ['text-logit-labels-of-other-classes', true],
  ] as const) {
    const queries: Matrix = { ...classes.ours, data: new Float32Array(classes.ours.data.length) };
    for (let query = 0; query < queries.rows; query++) {
      const cosines = timesVector(classes.embeddings, rowOf(classes.embeddings, query));
      if (isLeftOut) cosines[query] = -1;
      rowOf(queries, query).set(alignToLabels(rowOf(classes.ours, query), cosines, prototypes));
    }
    const scores = await products(with_, queries, searched.rows);
    const agreed = await withConsensus(with_, searched, scores, judges);
    rows.push({ row, probeSet, method: 'ours', k: null, ...figures(ranks(searched, agreed, judges)) });
  }
  return rows;
}

function meansOf({ logits, rows }: BenchGallery, wnids: string[]): Matrix {
  const means: Matrix = {
    rows: wnids.length,
    columns: rows.columns,
    data: new Float32Array(wnids.length * rows.columns),
  };
  for (const [place, { wnid }] of logits.entries()) {
    const mean = rowOf(means, wnids.indexOf(wnid));
    const descriptor = rowOf(rows, place);
    for (let probe = 0; probe < mean.length; probe++) mean[probe] += descriptor[probe];
  }
  return means;
}
