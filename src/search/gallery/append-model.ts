import { encodeFloat16, type Matrix, rowOf, skewness } from '../../domain/index.js';
import type { SearchModel } from '../search-query.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { CompletionThread } from '../worker/completion/completion-thread.js';
import type { Journal } from './journal.js';
import { type CompleteModel, loadDescriptors } from './load-descriptors.js';
import type { RowFile } from './row-file.js';

/** Where a model's descriptors go, and who completes them. */
export interface AppendTarget {
  rows: RowFile;
  journal: Journal;
  completing: Pick<CompletionThread, 'complete'>;
}

/**
 * Writes a model's descriptors behind the others, of a partly probed one with a row of certainties, and then the line of
 * the journal that makes them count, in place of those that the model had.
 *
 * @param prior what a partly probed model is completed with
 */
export async function appendModel(
  { rows, journal, completing }: AppendTarget,
  { modelId, responsesDigest, responsesPath }: SearchModel,
  prior: Snapshot['prior'],
): Promise<void> {
  const complete: CompleteModel = (responses) => completing.complete(responses, prior);
  const loaded = await loadDescriptors(responsesPath, rows.columns, complete);
  const { coverage, certainty, degenerate } = loaded;
  const firstRow = rows.rows;
  rows.append(encodeFloat16(loaded.rows.data));
  if (certainty) rows.append(encodeFloat16(certainty));
  journal.add({
    modelId,
    responsesDigest,
    firstRow,
    rows: loaded.rows.rows,
    degenerate: [...degenerate.keys()].filter((output) => degenerate[output] === 1),
    coverage,
    completedFrom: certainty && prior ? prior.logits : 0,
    certaintyRow: certainty ? firstRow + loaded.rows.rows : null,
    skewness: meanSkewness(loaded.rows, degenerate),
  });
}

/** With two outputs each is the other's negative, and their skewness says nothing. */
const MIN_OUTPUTS = 3;

/** Mean skewness of a model's descriptors; null when it has fewer than three, too few to tell. */
export function meanSkewness(rows: Matrix, degenerate: Uint8Array): number | null {
  let sum = 0;
  let counted = 0;
  for (let row = 0; row < rows.rows; row++) {
    if (degenerate[row] === 1) continue;
    sum += skewness(rowOf(rows, row));
    counted++;
  }
  return counted < MIN_OUTPUTS ? null : sum / counted;
}
