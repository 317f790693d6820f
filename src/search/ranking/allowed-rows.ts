import type { GalleryView } from '../gallery/gallery-view.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { AllowedRows } from '../snapshot/cell-index.js';
import type { PreparedQuery } from './prepared-query.js';

/** By models: the same for every query with the same array of them. */
const known = new WeakMap<readonly GalleryEntry[], AllowedRows>();

/** The rows that a query may find. The index compares no others: hidden models and filters cost no candidates. */
export function allowedRows({ rows }: GalleryView, { entries, accepts }: PreparedQuery): AllowedRows {
  const whole = known.get(entries) ?? rowsOf(entries, rows.rows);
  known.set(entries, whole);
  return accepts ? acceptedOf(whole, entries, accepts) : whole;
}

/** @param size rows of the gallery's file */
function rowsOf(entries: readonly GalleryEntry[], size: number): AllowedRows {
  const flags = new Uint8Array(size);
  let count = 0;
  for (const { firstRow, rows, degenerate } of entries) {
    flags.fill(1, firstRow, firstRow + rows);
    for (const output of degenerate) flags[firstRow + output] = 0;
    count += rows - degenerate.length;
  }
  return { flags, ranges: entries.map(({ firstRow, rows }) => [firstRow, firstRow + rows]), count };
}

function acceptedOf(
  { flags, ranges }: AllowedRows,
  entries: readonly GalleryEntry[],
  accepts: NonNullable<PreparedQuery['accepts']>,
): AllowedRows {
  const accepted = flags.slice();
  let count = 0;
  for (const entry of entries) {
    for (let row = entry.firstRow; row < entry.firstRow + entry.rows; row++) {
      if (accepted[row] === 1 && !accepts(row, entry)) accepted[row] = 0;
      count += accepted[row];
    }
  }
  return { flags: accepted, ranges, count };
}
