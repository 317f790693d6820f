import { encodeFloat16, rowOf, skewness } from '../../domain/index.js';
import type { SearchModel } from '../search-query.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { CompletionThread } from '../worker/completion/completion-thread.js';
import type { Journal } from './journal.js';
import { type CompleteModel, type LoadedDescriptors, loadDescriptors } from './load-descriptors.js';
import type { RowFile } from './row-file.js';

/** Where a model's descriptors go, and the thread that completes them. */
export interface AppendTarget {
  rows: RowFile;
  journal: Journal;
  completing: Pick<CompletionThread, 'complete'>;
}

/** The stored responses of a model. */
export type ModelResponses = Omit<SearchModel, 'outputs'>;

/**
 * Appends a model's descriptors, and for a partly probed model a row of certainties. Then adds the model to the journal,
 * which makes the rows valid and replaces the model's earlier ones.
 *
 * @param prior completes a partly probed model; null: probes that were not run count as the mean
 * @throws UnreadableResponses
 */
export async function appendModel(
  { rows, journal, completing }: AppendTarget,
  { modelId, responsesDigest, responsesPath, multiLabel = false }: ModelResponses,
  prior: Snapshot['prior'],
): Promise<void> {
  const complete: CompleteModel = (responses) => completing.complete(responses, prior);
  const reading = { digest: responsesDigest, multiLabel, complete };
  const loaded = await loadDescriptors(responsesPath, rows.columns, reading);
  const { coverage, certainty, degenerate, skewnesses } = loaded;
  const firstRow = rows.rows;
  rows.append(encodeFloat16(loaded.rows.data));
  if (certainty) rows.append(encodeFloat16(certainty));
  journal.add({
    modelId,
    responsesDigest,
    multiLabel,
    firstRow,
    rows: loaded.rows.rows,
    degenerate: [...degenerate.keys()].filter((output) => degenerate[output] === 1),
    coverage,
    completedFrom: certainty && prior ? prior.logits : 0,
    certaintyRow: certainty ? firstRow + loaded.rows.rows : null,
    skewness: meanSkewness(loaded),
    skewnesses: skewnesses && [...skewnesses],
    checksum: rows.checksum(firstRow, rows.rows - firstRow),
  });
}

/** With two outputs, each descriptor is the negative of the other, and skewness tells nothing. */
const MIN_OUTPUTS = 3;

/** Mean skewness of a model's descriptors; null when fewer than {@link MIN_OUTPUTS} have one. */
function meanSkewness({ rows, degenerate, skewnesses }: LoadedDescriptors): number | null {
  let sum = 0;
  let counted = 0;
  for (let row = 0; row < rows.rows; row++) {
    if (degenerate[row] === 1) continue;
    sum += skewnesses?.[row] ?? skewness(rowOf(rows, row));
    counted++;
  }
  return counted < MIN_OUTPUTS ? null : sum / counted;
}
