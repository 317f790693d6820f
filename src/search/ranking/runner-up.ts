import type { GalleryEntry } from '../gallery/journal.js';
import type { RowFile } from '../gallery/row-file.js';
import type { Scorer } from './scorer.js';
import type { Candidate } from './top-k.js';

/**
 * Other outputs that are looked at: as many as the models had that the curves were fitted to, so that among a thousand
 * there is not always one that comes near. It also bounds what a page of answers costs.
 */
const MAX_OTHERS = 64;

/** Where an answer's model is looked up. */
interface Siblings {
  rows: Pick<RowFile, 'read'>;
  entryAt(row: number): Pick<GalleryEntry, 'firstRow' | 'rows' | 'degenerate'> | undefined;
}

/**
 * The best score of the other outputs of an answer's model, for its confidence; of a large model, of some spread evenly
 * over it. Undefined when the model has no other, or the question's curve does not ask for it.
 */
export function runnerUpScore(
  { rows, entryAt }: Siblings,
  scorer: Pick<Scorer, 'curve' | 'score'>,
  { row }: Pick<Candidate, 'row'>,
): number | undefined {
  const entry = !scorer.curve?.margin ? undefined : entryAt(row);
  if (!entry) return undefined;
  const excluded = new Set([row - entry.firstRow, ...entry.degenerate]);
  const step = Math.max(1, entry.rows / MAX_OTHERS);
  let best: number | undefined;
  for (let place = 0; place < entry.rows; place += step) {
    const output = Math.floor(place);
    if (excluded.has(output)) continue;
    const other = entry.firstRow + output;
    best = Math.max(best ?? Number.NEGATIVE_INFINITY, scorer.score(rows.read(other), other));
  }
  return best;
}
