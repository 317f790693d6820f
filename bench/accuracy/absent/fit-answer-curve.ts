import { type AnswerCurve, shownSignal, standings } from '../../../src/domain/index.js';
import { fitLogistic } from '../statistics/fit-logistic.js';
import type { AskedQuestion } from './ask-gallery.js';
import type { Presence } from './questions.js';

/**
 * So much all queries of a kind count together. Half of what is searched for is present. Words for many classes are few and
 * show little, since which of them stand out depends on the hub's classes.
 */
const WEIGHTS: Record<Presence, number> = {
  PRESENT: 1,
  ABSENT: 1,
  BROAD: 0.03,
  UNKNOWN: 0.15,
  OFF_TOPIC: 0.15,
};
/** So much all results behind the first count together; the first counts 1. */
const REST = 1;

/** What is not learned, see `ANSWER_CURVES`. */
type Held = Pick<AnswerCurve, 'lead' | 'score' | 'naming'>;

/** The curve under which what was right is most likely. Every gallery counts the same. */
export function fitAnswerCurve(galleries: AskedQuestion[][], { lead, score, naming }: Held): AnswerCurve {
  const samples = galleries.flatMap((asked) =>
    asked.flatMap(({ presence, signals, spread, results }) => {
      const alike = asked.filter((other) => other.presence === presence).length;
      return results.map((result, place) => {
        const [stand, ahead] = standings(result.score, spread);
        return {
          features: [1, stand, signals.match, shownSignal(signals.shown)],
          known: lead * ahead + score * signals.score + naming * signals.naming,
          target: result.right ? 1 : 0,
          weight: (WEIGHTS[presence] * (place === 0 ? 1 : REST / (results.length - 1))) / alike,
        };
      });
    }),
  );
  const [offset, stand, match, shown] = fitLogistic(samples, [-5, 1, 1, 0]);
  const namings = galleries.flat().map(({ signals }) => signals.naming);
  const unnamed = namings.reduce((sum, value) => sum + value, 0) / namings.length;
  return { offset, stand, lead, score, match, naming, shown, unnamed };
}
