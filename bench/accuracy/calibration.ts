import {
  type ConfidenceCurve,
  confidence,
  rowOf,
  type Standing,
  standingOf,
} from '../../src/domain/index.js';
import type { GalleryLogit } from './gallery.js';
import { best, type Judge } from './rank.js';
import type { Scores } from './scores.js';

/** Results of a page. */
const ANSWERS = 10;
const NEWTON_STEPS = 50;
const MOST_TRIED = [1, 0.98, 0.96, 0.94, 0.92, 0.9, 0.88];
const BINS = 10;
const STANDARD: Standing = { middle: 0, deviation: 1 };

/** An answer: by how many deviations it stands out, and whether it is right. */
export interface Answer {
  z: number;
  right: boolean;
  /** From 0. */
  place: number;
  /** Whether the gallery holds a right answer at all. */
  known: boolean;
}

/** Answers whose confidence lies in one tenth of 0 to 1. */
export interface Decile {
  from: number;
  answers: number;
  confidence: number;
  right: number;
}

/**
 * The first page of answers to each query.
 *
 * @param base scores of the whole gallery before consensus, which say how scores are spread; null when `final` are
 *   deviations already
 */
export function answersOf(
  logits: GalleryLogit[],
  base: Scores | null,
  final: Scores,
  judges: Judge[],
): Answer[] {
  return judges.flatMap(({ isAllowed, isRight }, query) => {
    const { middle, deviation } = base ? standingOf(rowOf(base, query)) : STANDARD;
    const values = rowOf(final, query);
    const known = logits.some((candidate) => isAllowed(candidate) && isRight(candidate));
    return best(values, ANSWERS, (candidate) => isAllowed(logits[candidate])).map((candidate, place) => ({
      z: (values[candidate] - middle) / deviation,
      right: isRight(logits[candidate]),
      place,
      known,
    }));
  });
}

/** The curve under which what was right is most likely, of all `most` tried. */
export function fitCurve(answers: Answer[]): ConfidenceCurve {
  const curves = MOST_TRIED.map((most) => fitLogistic(answers, most));
  const losses = curves.map((curve) => logLoss(answers, curve));
  return curves[losses.indexOf(Math.min(...losses))];
}

/** Offset and slope for one `most`, by Gauss–Newton steps on the log-likelihood. */
function fitLogistic(answers: Answer[], most: number): ConfidenceCurve {
  let offset = -4;
  let slope = 0.8;
  for (let step = 0; step < NEWTON_STEPS; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-9, 0, 1e-9];
    for (const { z, right } of answers) {
      const logistic = 1 / (1 + Math.exp(-(offset + slope * z)));
      const p = Math.min(most * logistic, 1 - 1e-9);
      const change = most * logistic * (1 - logistic);
      const information = change / Math.max(p * (1 - p), 1e-12);
      const pull = information * ((right ? 1 : 0) - p);
      g0 += pull;
      g1 += pull * z;
      h00 += information * change;
      h01 += information * change * z;
      h11 += information * change * z * z;
    }
    const determinant = h00 * h11 - h01 * h01;
    offset += (h11 * g0 - h01 * g1) / determinant;
    slope += (h00 * g1 - h01 * g0) / determinant;
  }
  return { offset, slope, most };
}

function logLoss(answers: Answer[], curve: ConfidenceCurve): number {
  return mean(
    answers.map(({ z, right }) => {
      const p = Math.min(Math.max(confidence(z, STANDARD, curve), 1e-9), 1 - 1e-9);
      return -Math.log(right ? p : 1 - p);
    }),
  );
}

/** How well a curve's confidence tells how many answers are right. */
export function reliability(answers: Answer[], curve: ConfidenceCurve) {
  const given = answers.map((answer) => ({ ...answer, confidence: confidence(answer.z, STANDARD, curve) }));
  const deciles = Array.from({ length: BINS }, (_, bin): Decile => {
    const inside = given.filter((answer) => Math.min(BINS - 1, Math.floor(answer.confidence * BINS)) === bin);
    return {
      from: bin / BINS,
      answers: inside.length,
      confidence: mean(inside.map((answer) => answer.confidence)),
      right: mean(inside.map(({ right }) => (right ? 1 : 0))),
    };
  });
  const first = given.filter(({ place }) => place === 0);
  const unknown = first.filter(({ known }) => !known);
  return {
    deciles,
    answers: answers.length,
    ece: deciles.reduce(
      (sum, bin) => sum + (bin.answers * Math.abs(bin.confidence - bin.right)) / answers.length,
      0,
    ),
    known: mean(first.filter(({ known }) => known).map((answer) => answer.confidence)),
    unknown: unknown.length > 0 ? mean(unknown.map((answer) => answer.confidence)) : null,
  };
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
