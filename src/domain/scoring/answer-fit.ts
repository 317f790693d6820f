import type { Matrix } from '../linalg/matrix.js';
import { rowOf } from '../linalg/matrix.js';
import { topIndexes } from '../linalg/top-indexes.js';
import type { ScoreSpread } from './confidence.js';

/** Best results that are judged together: one alone may match by luck. */
export const JUDGED_RESULTS = 3;
/** Probes that tell what the judged results respond to most. The rest of a thousand hardly adds to it. */
const STRONGEST_PROBES = 64;
/** Distance of a share of 0 from one of 1 in a thousand, in logarithms. */
const LEAST_SHARE = 0.01;
/** Of a score that is not above the median, as a share of what would stand out. */
const LEAST_RATIO = 1e-3;

/** The probes that some results respond to most. */
export interface StrongestResponses {
  probes: Uint32Array;
  /** Of length 1. */
  weights: Float64Array;
}

/** What tells whether the results of one query are right. The same for all of its results. */
export interface AnswerSignals {
  /** The best result's: its correlation with the query. */
  score: number;
  /** Correlation of the query with the strongest responses of the best results, −1 to 1. */
  match: number;
  /** By how much the query matches them better than the best name of the vocabulary; mostly negative. */
  naming: number;
  /** Share of the vocabulary that the probes show no better than the query, 0 to 1. */
  shown: number;
}

/** A logistic map from signals to the probability that a result is right. */
export interface AnswerCurve {
  offset: number;
  /** Per e-fold of the distance above the gallery's median, in lower deviations. */
  stand: number;
  /** Per e-fold of the same distance, in distances of the best hundredth. */
  lead: number;
  /** Per unit of the best result's score. */
  score: number;
  match: number;
  naming: number;
  /** Per e-fold of the share. */
  shown: number;
  /** What counts when the vocabulary has not been read. */
  unnamed: number;
}

/**
 * Learned on the hub's even models, from classes that they know, classes taken out of the gallery, names that no model
 * knows, and things that no photo shows. `npm run bench:accuracy -- <hub> --only absent` learns them again and reports on
 * the odd models (docs/accuracy.md). `lead`, `score` and `naming` are held at what also suits a gallery of a few models with a
 * thousand classes each: the hub's models know few classes that resemble each other, so there lead and naming would count more.
 */
export const ANSWER_CURVES = {
  TEXT: {
    offset: -5.39,
    stand: 1.12,
    lead: 1.5,
    score: 8,
    match: 0.45,
    naming: 4,
    shown: 0.53,
    unnamed: -0.14,
  },
  IMAGE: {
    offset: -5.73,
    stand: 1.54,
    lead: 1.5,
    score: 0,
    match: 2.06,
    naming: 3,
    shown: -0.04,
    unnamed: -0.11,
  },
} as const satisfies Record<string, AnswerCurve>;

/** Where the kinds of fit begin, by the confidence of the first result. */
export interface FitLimits {
  good: number;
  weak: number;
  /** A query with a smaller share of the vocabulary counts as not shown by the probes. */
  shown: number;
  /** Like `weak`, of a query that is not shown: two weak signs together are enough. */
  weakUnshown: number;
}

/**
 * Chosen with both halves of the hub in view, not blindly: at most one in ten absent classes is called good, and about one in
 * twenty that are present, with a right first result, not represented. Those of LOGIT are not measured.
 */
export const FIT_LIMITS = {
  TEXT: { good: 0.7, weak: 0.045, shown: 0.25, weakUnshown: 0.2 },
  IMAGE: { good: 0.62, weak: 0.045, shown: 0.05, weakUnshown: 0.045 },
  LOGIT: { good: 0.67, weak: 0.1, shown: 0, weakUnshown: 0.1 },
} as const satisfies Record<string, FitLimits>;

/** How well a gallery answers a query. */
export interface AnswerFit {
  fit: 'GOOD' | 'WEAK' | 'NOT_REPRESENTED';
  /** Why it is not good; null when it is. */
  reason: 'PROBES_DO_NOT_SHOW_IT' | 'NOTHING_STANDS_OUT' | null;
}

/**
 * Where results respond most: the mean of their squared positive responses, each scaled to length 1.
 *
 * @param descriptors of the best results, at least one
 */
export function strongestResponses(descriptors: readonly Float32Array[]): StrongestResponses {
  const total = new Float64Array(descriptors[0].length);
  for (const descriptor of descriptors) {
    let squares = 0;
    for (const value of descriptor) if (value > 0) squares += value * value * (value * value);
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let probe = 0; probe < total.length; probe++)
      if (descriptor[probe] > 0) total[probe] += scale * descriptor[probe] * descriptor[probe];
  }
  const probes = Uint32Array.from(topIndexes(total, STRONGEST_PROBES)).sort();
  const weights = Float64Array.from(probes, (probe) => total[probe]);
  const length = Math.hypot(...weights);
  return { probes, weights: length > 0 ? weights.map((weight) => weight / length) : weights };
}

/** Correlation of a query with the strongest responses, −1 to 1. @param query P weights of deviation 1 */
export function matchOf({ probes, weights }: StrongestResponses, query: Float32Array): number {
  let sum = 0;
  for (let place = 0; place < probes.length; place++) sum += weights[place] * query[probes[place]];
  return sum / Math.sqrt(query.length);
}

/**
 * The best match among the vocabulary's names.
 *
 * @param names P × V: the names as queries, each divided by P
 */
export function bestNameMatch({ probes, weights }: StrongestResponses, names: Matrix): number {
  const matches = new Float64Array(names.columns);
  for (let place = 0; place < probes.length; place++) {
    const ofProbe = rowOf(names, probes[place]);
    const weight = weights[place];
    for (let name = 0; name < matches.length; name++) matches[name] += weight * ofProbe[name];
  }
  let best = Number.NEGATIVE_INFINITY;
  for (const match of matches) if (match > best) best = match;
  return best * Math.sqrt(names.rows);
}

/**
 * How much a curve makes of a query's signals. The same for all of its results, so that confidence falls with the score.
 *
 * @param naming null when the vocabulary has not been read
 */
export function answerSupport(
  { score, match, naming, shown }: Omit<AnswerSignals, 'naming'> & { naming: number | null },
  curve: AnswerCurve,
): number {
  return (
    curve.score * score +
    curve.match * match +
    curve.naming * (naming ?? curve.unnamed) +
    curve.shown * shownSignal(shown)
  );
}

/** The share as curves count it: a logarithm, since what matters is whether it is near 0. */
export function shownSignal(shown: number): number {
  return Math.log(shown + LEAST_SHARE);
}

/**
 * The probability, 0 to 1, that a result is right.
 *
 * @param support of its query, see {@link answerSupport}
 */
export function answerConfidence(
  score: number,
  spread: ScoreSpread,
  support: number,
  curve: AnswerCurve,
): number {
  const [stand, lead] = standings(score, spread);
  if (!Number.isFinite(stand)) return 0;
  return 1 / (1 + Math.exp(-(curve.offset + curve.stand * stand + curve.lead * lead + support)));
}

/** How far a score stands above the median: in lower deviations, and in distances of the best hundredth; logarithms. */
export function standings(
  score: number,
  { middle, below, tail }: ScoreSpread,
): [stand: number, lead: number] {
  if (!(below > 0 && tail > middle)) return [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const above = score - middle;
  return [above / below, above / (tail - middle)].map((ratio) => Math.log(Math.max(ratio, LEAST_RATIO))) as [
    number,
    number,
  ];
}

/**
 * How well a gallery answers a query.
 *
 * @param confidence of the first result
 * @param shown see {@link AnswerSignals}
 */
export function fitOf(confidence: number, shown: number, limits: FitLimits): AnswerFit {
  if (confidence >= limits.good) return { fit: 'GOOD', reason: null };
  const isShown = shown >= limits.shown;
  return {
    fit: confidence >= (isShown ? limits.weak : limits.weakUnshown) ? 'WEAK' : 'NOT_REPRESENTED',
    reason: isShown ? 'NOTHING_STANDS_OUT' : 'PROBES_DO_NOT_SHOW_IT',
  };
}

/** Share of sorted values that are at most this. */
export function shareAtMost(sorted: Float32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return sorted.length === 0 ? 1 : low / sorted.length;
}
