import { asymmetricDiscrepancy, type Matrix, rowOf, topProbes } from '../../src/domain/index.js';
import type { GalleryLogit } from '../accuracy/data/gallery.js';
import { type Figures, figures } from '../accuracy/statistics/metrics.js';
import { type Judge, ranks } from '../accuracy/statistics/rank.js';
import type { CompletedGallery } from './complete-models.js';

/** Queries by the paper's discrepancy, with completed values weighed by their certainty and without. */
export interface DistanceQueries {
  name: string;
  queries: Matrix;
  judged: Judge[];
  k: number;
}

/** One row of the table: what the weights are worth. */
export interface DistancePoint {
  row: string;
  probeSet: string;
  share: number;
  weighed: Figures;
  unweighed: Figures;
}

/** Queries that are texts are standardized cosines; logits are descriptors. */
export function measureDistance(
  { rows, certainties }: Pick<CompletedGallery, 'rows' | 'certainties'>,
  logits: GalleryLogit[],
  { queries, judged, k }: Omit<DistanceQueries, 'name'>,
): Pick<DistancePoint, 'weighed' | 'unweighed'> {
  const by = (certaintyOf: (row: number) => Float32Array | null): Figures => {
    const scores = new Float32Array(queries.rows * rows.rows);
    for (let query = 0; query < queries.rows; query++) {
      const vector = rowOf(queries, query);
      const top = topProbes(vector, k);
      for (let row = 0; row < rows.rows; row++)
        scores[query * rows.rows + row] = -asymmetricDiscrepancy(
          vector,
          rowOf(rows, row),
          top,
          certaintyOf(row),
        );
    }
    return figures(ranks({ logits }, { rows: queries.rows, columns: rows.rows, data: scores }, judged));
  };
  return { weighed: by((row) => certainties[row]), unweighed: by(() => null) };
}
