import { firstFrom } from '../../domain/index.js';
import type { SampledScores } from '../gallery/gallery-sample.js';
import type { RowFile } from '../gallery/row-file.js';
import type { Scorer } from './scorer.js';

/**
 * The scores of rows for one query. Those of the gallery's sample are known before the search begins; in a small gallery
 * they are all there are.
 */
export class RowScores {
  constructor(
    private readonly rows: RowFile,
    private readonly scorer: Scorer,
    private readonly sampled: SampledScores | null,
  ) {}

  /** Scores of `rows`, ascending. */
  scoresOf(rows: Uint32Array): Float64Array {
    const scores = new Float64Array(rows.length);
    const missing = this.copyKnown(rows, scores);
    if (missing.length === 0) return scores;
    const others = missing.map((place) => rows[place]);
    const products = this.scorer.terms.map((weights) => this.rows.multiply(others, weights));
    for (let index = 0; index < missing.length; index++)
      scores[missing[index]] = this.scorer.score(products, index, others[index]);
    return scores;
  }

  /** The same scores, with another order. */
  orderedBy(scorer: Scorer): RowScores {
    return new RowScores(this.rows, scorer, this.sampled);
  }

  scoreOf(row: number): number {
    return this.scoresOf(Uint32Array.of(row))[0];
  }

  /** What orders `rows`, ascending, higher first: the score, or the negative distance. */
  valuesOf(rows: Uint32Array): Float64Array {
    if (this.scorer.metric === 'SCORE') return this.scoresOf(rows);
    const values = new Float64Array(rows.length);
    for (let place = 0; place < rows.length; place++) values[place] = -this.scorer.distance(rows[place]);
    return values;
  }

  /** Copies the scores that are known. @returns the places of the others */
  private copyKnown(rows: Uint32Array, scores: Float64Array): Uint32Array {
    const missing = new Uint32Array(rows.length);
    let missed = 0;
    const known = this.sampled?.rows ?? new Uint32Array(0);
    let next = firstFrom(known, rows[0]);
    for (let place = 0; place < rows.length; place++) {
      while (next < known.length && known[next] < rows[place]) next++;
      if (this.sampled && known[next] === rows[place]) scores[place] = this.sampled.scores[next];
      else missing[missed++] = place;
    }
    return missing.subarray(0, missed);
  }
}
