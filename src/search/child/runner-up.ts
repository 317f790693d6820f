import type { MatrixProducts } from '../matrix-products.js';
import type { Candidate } from './best-hits.js';
import type { GalleryEntry } from './journal.js';
import type { RowFile } from './row-file.js';
import type { Scorer } from './scorer.js';

/** Where an answer's model is looked up. */
interface Siblings {
  rows: Pick<RowFile, 'columns' | 'encoded' | 'read'>;
  products: Pick<MatrixProducts, 'scores'>;
  entryAt(row: number): Pick<GalleryEntry, 'firstRow' | 'rows' | 'degenerate'> | undefined;
}

/**
 * The best score of the other outputs of an answer's model, for its confidence; undefined when the model has no other,
 * or the question's curve does not ask for it.
 */
export async function runnerUp(
  { rows, products, entryAt }: Siblings,
  scorer: Pick<Scorer, 'curve' | 'weights' | 'atMost' | 'score'>,
  { row }: Pick<Candidate, 'row'>,
): Promise<number | undefined> {
  const entry = scorer.curve.margin === 0 ? undefined : entryAt(row);
  if (!entry) return undefined;
  const encoded = rows.encoded(entry.firstRow, entry.rows, new Uint16Array(entry.rows * rows.columns));
  const rounded = scorer.weights && (await products.scores(encoded, scorer.weights));
  const passedOver = new Set([row - entry.firstRow, ...entry.degenerate]);
  let best: number | undefined;
  for (let output = 0; output < entry.rows; output++) {
    const other = entry.firstRow + output;
    if (passedOver.has(output)) continue;
    if (best !== undefined && rounded && scorer.atMost(rounded[output], other) <= best) continue;
    best = Math.max(best ?? Number.NEGATIVE_INFINITY, scorer.score(rows.read(other), other));
  }
  return best;
}
