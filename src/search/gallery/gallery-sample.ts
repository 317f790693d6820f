import { type ScoreSpread, scoreSpread } from '../../domain/index.js';
import type { Scorer } from '../ranking/scorer.js';
import type { GalleryEntry } from './journal.js';
import type { RowFile } from './row-file.js';

/** Enough to estimate the median and spread of all scores to a few percent. */
const MAX_ROWS = 1_024;
/** In a smaller gallery a score cannot be judged by how far it stands out. */
const MIN_ROWS = 50;

/** Descriptors sampled evenly from a gallery and kept in memory: the scores that a result must stand out from. */
export class GallerySample {
  private sampled: { row: number; descriptor: Float32Array }[] = [];
  private sampledFrom: readonly GalleryEntry[] | null = null;

  constructor(private readonly rows: RowFile) {}

  /**
   * The spread of a query's scores over the whole gallery; null when the gallery is too small.
   *
   * @param entries all models of the gallery; another array after each change
   */
  scoreSpread(scorer: Scorer, entries: readonly GalleryEntry[]): ScoreSpread | null {
    const descriptors = this.sample(entries);
    return (
      descriptors && scoreSpread(descriptors.map(({ row, descriptor }) => scorer.score(descriptor, row)))
    );
  }

  /** The sampled descriptors; null when the gallery is too small. */
  descriptors(entries: readonly GalleryEntry[]): Float32Array[] | null {
    return this.sample(entries)?.map(({ descriptor }) => descriptor) ?? null;
  }

  private sample(entries: readonly GalleryEntry[]) {
    if (this.sampledFrom !== entries) this.draw(entries);
    return this.sampled.length < MIN_ROWS ? null : this.sampled;
  }

  private draw(entries: readonly GalleryEntry[]): void {
    const searchableRows: number[] = [];
    const total = entries.reduce((sum, { rows, degenerate }) => sum + rows - degenerate.length, 0);
    const step = Math.max(1, total / MAX_ROWS);
    let place = 0;
    for (const { firstRow, rows, degenerate } of entries) {
      const degenerateOutputs = new Set(degenerate);
      for (let output = 0; output < rows; output++) {
        if (degenerateOutputs.has(output)) continue;
        if (place >= searchableRows.length * step) searchableRows.push(firstRow + output);
        place++;
      }
    }
    this.sampled = searchableRows.map((row) => ({ row, descriptor: this.rows.read(row) }));
    this.sampledFrom = entries;
  }
}
