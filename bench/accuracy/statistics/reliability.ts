import { type ConfidenceCurve, confidence } from '../../../src/domain/index.js';
import { type Answer, STANDARD } from './answers.js';
import { bootstrap } from './bootstrap.js';
import { groupBy } from './group-by.js';

const BINS = 10;

/** Answers whose confidence lies in one tenth of 0 to 1. */
export interface Decile {
  from: number;
  answers: number;
  confidence: number;
  right: number;
}

/** How well a confidence tells how many answers are right. */
export interface Reliability {
  /** Expected calibration error over deciles of the confidence. */
  ece: number;
  /** 95 % bootstrap interval of `ece`, over queries. */
  eceInterval: [number, number];
  answers: number;
  deciles: Decile[];
  /** Mean confidence of the best answer where the gallery holds a right one, and where it holds none. */
  known: number;
  unknown: number | null;
}

/** What a curve says of an answer. */
export function confidenceOf({ above, ahead }: Answer, curve: ConfidenceCurve): number {
  return confidence(above, STANDARD, curve, above - ahead);
}

/** How well a curve's confidence tells how many answers are right. */
export function reliability(answers: Answer[], curve: ConfidenceCurve): Reliability {
  const given = answers.map((answer) => ({ ...answer, confidence: confidenceOf(answer, curve) }));
  const deciles = Array.from({ length: BINS }, (_, bin): Decile => {
    const inside = given.filter((answer) => binOf(answer.confidence) === bin);
    return {
      from: bin / BINS,
      answers: inside.length,
      confidence: mean(inside.map((answer) => answer.confidence)),
      right: mean(inside.map(({ right }) => (right ? 1 : 0))),
    };
  });
  const first = given.filter(({ place }) => place === 0);
  const unknown = first.filter(({ known }) => !known);
  const groups = excessesOf(answers, curve);
  return {
    deciles,
    answers: answers.length,
    ece: calibrationError(groups),
    eceInterval: bootstrap(groups, calibrationError),
    known: mean(first.filter(({ known }) => known).map((answer) => answer.confidence)),
    unknown: unknown.length > 0 ? mean(unknown.map((answer) => answer.confidence)) : null,
  };
}

/** The expected calibration error alone. */
export function calibrationErrorOf(answers: Answer[], curve: ConfidenceCurve): number {
  return calibrationError(excessesOf(answers, curve));
}

/** By how much the confidence of one query's answers exceeds what is right, summed in each bin; and their number. */
interface Excess {
  bins: Float64Array;
  answers: number;
}

function excessesOf(answers: Answer[], curve: ConfidenceCurve): Excess[] {
  return [...groupBy(answers, ({ query }) => query).values()].map((group) => {
    const bins = new Float64Array(BINS);
    for (const answer of group) {
      const given = confidenceOf(answer, curve);
      bins[binOf(given)] += given - (answer.right ? 1 : 0);
    }
    return { bins, answers: group.length };
  });
}

function calibrationError(groups: Excess[]): number {
  const sums = new Float64Array(BINS);
  let answers = 0;
  for (const group of groups) {
    answers += group.answers;
    for (let bin = 0; bin < BINS; bin++) sums[bin] += group.bins[bin];
  }
  return sums.reduce((sum, excess) => sum + Math.abs(excess), 0) / answers;
}

function binOf(value: number): number {
  return Math.min(BINS - 1, Math.floor(value * BINS));
}

function mean(values: number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
