import { countLogits } from './gallery-view.js';
import type { GalleryEntry } from './journal.js';

/** A gallery's models by their first row. */
export class OrderedEntries {
  readonly list: readonly GalleryEntry[];
  /** All rows. */
  readonly rows: number;
  /** Rows with a descriptor. */
  readonly logits: number;

  constructor(entries: Iterable<GalleryEntry>) {
    this.list = [...entries].sort((a, b) => a.firstRow - b.firstRow);
    this.rows = this.list.reduce((sum, entry) => sum + entry.rows, 0);
    this.logits = countLogits(this.list);
  }

  /** Whose a row is; undefined for a row that a removed or replaced model left. */
  at(row: number): GalleryEntry | undefined {
    let low = 0;
    let high = this.list.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const entry = this.list[middle];
      if (row < entry.firstRow) high = middle - 1;
      else if (row >= entry.firstRow + entry.rows) low = middle + 1;
      else return entry;
    }
    return undefined;
  }
}
