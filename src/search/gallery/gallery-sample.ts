import { HalfRows } from '../kernel/half-rows.js';
import type { Scorer } from '../ranking/scorer.js';
import type { GalleryEntry } from './journal.js';
import type { RowFile } from './row-file.js';

/** Enough to estimate the median and spread of all scores to a few percent. */
const MAX_ROWS = 1_024;
/** In a smaller gallery a score cannot be judged by how far it stands out. */
const MIN_ROWS = 50;

/** What a query's scores of sampled rows are. */
export interface SampledScores {
  /** Ascending. */
  rows: Uint32Array;
  scores: Float64Array;
}

interface Sample {
  rows: Uint32Array;
  /** The sampled rows of a gallery that is not in memory. */
  copy: HalfRows | null;
}

/** Rows sampled evenly from what a caller sees of a gallery, kept in memory: the scores that a result must stand out from. */
export class GallerySample {
  private readonly sampled = new WeakMap<readonly GalleryEntry[], Sample>();

  constructor(private readonly rows: RowFile) {}

  /**
   * A query's scores of the sampled rows; null when a caller sees too little.
   *
   * @param entries the models that the caller sees; another array after each change
   */
  scores(scorer: Scorer, entries: readonly GalleryEntry[]): SampledScores | null {
    const sample = this.sample(entries);
    if (!sample) return null;
    const { rows } = sample;
    const products = scorer.terms.map((weights) => {
      if (this.rows.isCached) return this.rows.multiply(rows, weights);
      const copied = new Float64Array(rows.length);
      this.copyOf(sample).multiply(EACH.subarray(0, rows.length), weights, copied);
      return copied;
    });
    const scores = new Float64Array(rows.length);
    for (let place = 0; place < rows.length; place++)
      scores[place] = scorer.score(products, place, rows[place]);
    return { rows, scores };
  }

  /** The sampled descriptors; null when there are too few. */
  descriptors(entries: readonly GalleryEntry[]): Float32Array[] | null {
    const sample = this.sample(entries);
    return sample && Array.from(sample.rows, (row) => this.rows.read(row));
  }

  private sample(entries: readonly GalleryEntry[]): Sample | null {
    const sampled = this.sampled.get(entries) ?? { rows: draw(entries), copy: null };
    this.sampled.set(entries, sampled);
    return sampled.rows.length < MIN_ROWS ? null : sampled;
  }

  private copyOf(sample: Sample): HalfRows {
    if (!sample.copy) {
      sample.copy = new HalfRows(this.rows.columns, sample.rows.length);
      this.rows.copyRows(sample.rows, sample.copy);
    }
    return sample.copy;
  }
}

/** 0, 1, 2, … */
const EACH = Uint32Array.from({ length: MAX_ROWS + 1 }, (_, place) => place);

function draw(entries: readonly GalleryEntry[]): Uint32Array {
  const drawn: number[] = [];
  const total = entries.reduce((sum, { rows, degenerate }) => sum + rows - degenerate.length, 0);
  const step = Math.max(1, total / MAX_ROWS);
  let place = 0;
  for (const { firstRow, rows, degenerate } of entries) {
    const degenerateOutputs = new Set(degenerate);
    for (let output = 0; output < rows; output++) {
      if (degenerateOutputs.has(output)) continue;
      if (place >= drawn.length * step) drawn.push(firstRow + output);
      place++;
    }
  }
  return Uint32Array.from(drawn);
}
