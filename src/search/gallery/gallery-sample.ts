import { type ScoreSpread, scoreSpread } from '../../domain/index.js';
import type { Scorer } from '../ranking/scorer.js';
import type { GalleryEntry } from './journal.js';
import type { RowFile } from './row-file.js';

/** Enough to estimate the median and spread of all scores to a few percent. */
const MAX_ROWS = 1_024;
/** In a smaller gallery a score cannot be judged by how far it stands out. */
const MIN_ROWS = 50;

interface SampledRow {
  row: number;
  descriptor: Float32Array;
}

/** Descriptors sampled evenly from what a caller sees of a gallery, and kept in memory: the scores that a result must stand out from. */
export class GallerySample {
  private readonly sampled = new WeakMap<readonly GalleryEntry[], SampledRow[]>();

  constructor(private readonly rows: RowFile) {}

  /**
   * The spread of a query's scores over all that a caller sees; null when that is too little.
   *
   * @param entries the models that the caller sees; another array after each change
   */
  scoreSpread(scorer: Scorer, entries: readonly GalleryEntry[]): ScoreSpread | null {
    const descriptors = this.sample(entries);
    return (
      descriptors && scoreSpread(descriptors.map(({ row, descriptor }) => scorer.score(descriptor, row)))
    );
  }

  /** The sampled descriptors; null when there are too few. */
  descriptors(entries: readonly GalleryEntry[]): Float32Array[] | null {
    return this.sample(entries)?.map(({ descriptor }) => descriptor) ?? null;
  }

  private sample(entries: readonly GalleryEntry[]) {
    const sampled = this.sampled.get(entries) ?? this.draw(entries);
    this.sampled.set(entries, sampled);
    return sampled.length < MIN_ROWS ? null : sampled;
  }

  private draw(entries: readonly GalleryEntry[]): SampledRow[] {
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
    return searchableRows.map((row) => ({ row, descriptor: this.rows.read(row) }));
  }
}
