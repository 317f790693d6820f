import type { ConfidenceCurve } from '../../../src/domain/index.js';
import type { Answer } from './answers.js';
import { fitLogistic } from './fit-logistic.js';
import { confidenceOf } from './reliability.js';

const MAX_TRIED = [1, 0.98, 0.96, 0.94, 0.92, 0.9, 0.88];
const TINY = 1e-9;

/**
 * The curve under which what was right is most likely, of all `most` tried.
 *
 * @param byMargin whether the margin counts
 */
export function fitCurve(answers: Answer[], byMargin: boolean): ConfidenceCurve {
  const samples = answers.map(({ above, ahead, right }) => ({
    features: byMargin ? [1, above, ahead] : [1, above],
    target: right ? 1 : 0,
  }));
  const curves = MAX_TRIED.map((max): ConfidenceCurve => {
    const [offset, slope, margin = 0] = fitLogistic(samples, byMargin ? [-4, 0.8, 0] : [-4, 0.8], max);
    return { offset, slope, margin, max };
  });
  const losses = curves.map((curve) => logLoss(answers, curve));
  return curves[losses.indexOf(Math.min(...losses))];
}

function logLoss(answers: Answer[], curve: ConfidenceCurve): number {
  let sum = 0;
  for (const answer of answers) {
    const p = Math.min(Math.max(confidenceOf(answer, curve), TINY), 1 - TINY);
    sum -= Math.log(answer.right ? p : 1 - p);
  }
  return sum / answers.length;
}
