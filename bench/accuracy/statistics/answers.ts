import { type Matrix, rowOf, type ScoreSpread, scoreSpread } from '../../../src/domain/index.js';
import type { GalleryLogit } from '../data/gallery.js';
import { groupBy } from './group-by.js';
import { best, type Judge } from './rank.js';
import type { Scores } from './scores.js';

/** Results of a page. */
const ANSWERS = 10;
/** Deviations already: how names are ranked. */
export const STANDARD: Pick<ScoreSpread, 'middle' | 'above'> = { middle: 0, above: 1 };

/** An answer: how it stands out, and whether it is right. */
export interface Answer {
  query: number;
  /** Deviations above the middle of the gallery. */
  above: number;
  /** Deviations above the runner-up, see `confidence`. */
  ahead: number;
  right: boolean;
  /** From 0. */
  place: number;
  /** Whether the gallery holds a right answer at all. */
  known: boolean;
}

/**
 * The first page of answers to each query.
 *
 * @param base scores of the whole gallery before consensus, which say how scores are spread and which is the
 *   runner-up; null when `final` are deviations already
 */
export function answersOf(
  logits: GalleryLogit[],
  base: Scores | null,
  final: Scores,
  judges: Judge[],
): Answer[] {
  const outputs = groupBy(logits.keys(), (logit) => logits[logit].model);
  return judges.flatMap(({ isAllowed, isRight }, query) => {
    const { middle, above: deviation } = base ? scoreSpread(rowOf(base, query)) : STANDARD;
    const values = rowOf(final, query);
    const known = logits.some((candidate) => isAllowed(candidate) && isRight(candidate));
    return best(values, ANSWERS, (candidate) => isAllowed(logits[candidate])).map((candidate, place) => {
      const rivals = outputs.get(logits[candidate].model) ?? [];
      const runnerUp = base ? largestOf(base, query, rivals, candidate) : middle;
      return {
        query,
        above: (values[candidate] - middle) / deviation,
        ahead: (values[candidate] - Math.max(middle, runnerUp)) / deviation,
        right: isRight(logits[candidate]),
        place,
        known,
      };
    });
  });
}

function largestOf(scores: Matrix, query: number, places: number[], but: number): number {
  const row = rowOf(scores, query);
  return Math.max(...places.filter((place) => place !== but).map((place) => row[place]));
}
