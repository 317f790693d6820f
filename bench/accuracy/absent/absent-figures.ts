import {
  ANSWER_CURVES,
  answerConfidence,
  answerSupport,
  FIT_LIMITS,
  fitOf,
} from '../../../src/domain/index.js';
import type { AskedQuestion } from './ask-gallery.js';

const BINS = 10;

/** How honest a gallery is about what it does not know. Shares are 0 to 1. */
export interface AbsentRow {
  row: string;
  probeSet: string;
  /** Area under the ROC curve of confidence: a right first result against the first one for an absent class. */
  auroc: number;
  /** Against the first result for names that no model knows; null without them. */
  unknownAuroc: number | null;
  /** Against the first result for things that no photo shows. */
  offTopicAuroc: number;
  /** Absent classes with fit GOOD. */
  absentGood: number;
  offTopicGood: number;
  /** Present classes with a right first result and fit NOT_REPRESENTED. */
  presentRefused: number;
  offTopicRefused: number;
  /** Words for many classes with a right first result and fit NOT_REPRESENTED; null without them. */
  broadRefused: number | null;
  /** Right first results with fit GOOD. */
  presentGood: number;
  /** Expected calibration error of all results of the page, over present, absent and off-topic questions. */
  ece: number;
  /** Of the first results alone. */
  eceFirst: number;
  /** Mean confidence of the first result: right and present, absent, off-topic. */
  confidence: [present: number, absent: number, offTopic: number];
  questions: number;
}

/** The figures of one gallery. */
export function absentFigures(
  row: 'text-logit-absent' | 'image-logit-absent',
  probeSet: string,
  asked: AskedQuestion[],
): AbsentRow {
  const kind = row === 'text-logit-absent' ? 'TEXT' : 'IMAGE';
  const curve = ANSWER_CURVES[kind];
  const judged = asked.map((question) => {
    const support = answerSupport(question.signals, curve);
    const results = question.results.map(({ score, right }) => ({
      confidence: answerConfidence(score, question.spread, support, curve),
      right,
    }));
    const [first] = results;
    return {
      ...question,
      results,
      first,
      ...fitOf(first.confidence, question.signals.shown, FIT_LIMITS[kind]),
    };
  });
  const of = (presence: AskedQuestion['presence']) =>
    judged.filter((question) => question.presence === presence);
  const right = of('PRESENT').filter(({ first }) => first.right);
  const broad = of('BROAD').filter(({ first }) => first.right);
  const [absent, unknown, offTopic] = [of('ABSENT'), of('UNKNOWN'), of('OFF_TOPIC')];
  const share = (questions: typeof judged, fit: string) =>
    questions.filter((question) => question.fit === fit).length / questions.length;
  const values = (questions: typeof judged) => questions.map(({ first }) => first.confidence);
  const mixed = [...of('PRESENT'), ...absent, ...offTopic];
  return {
    row,
    probeSet,
    auroc: areaUnderRoc(values(right), values(absent)),
    unknownAuroc: unknown.length > 0 ? areaUnderRoc(values(right), values(unknown)) : null,
    offTopicAuroc: areaUnderRoc(values(right), values(offTopic)),
    absentGood: share(absent, 'GOOD'),
    offTopicGood: share(offTopic, 'GOOD'),
    presentRefused: share(right, 'NOT_REPRESENTED'),
    offTopicRefused: share(offTopic, 'NOT_REPRESENTED'),
    broadRefused: broad.length > 0 ? share(broad, 'NOT_REPRESENTED') : null,
    presentGood: share(right, 'GOOD'),
    ece: calibrationError(mixed.flatMap(({ results }) => results)),
    eceFirst: calibrationError(mixed.map(({ first }) => first)),
    confidence: [mean(values(right)), mean(values(absent)), mean(values(offTopic))],
    questions: judged.length,
  };
}

/** The share of pairs in which the first is larger; a tie counts half. */
function areaUnderRoc(positive: number[], negative: number[]): number {
  let won = 0;
  for (const high of positive) for (const low of negative) won += high > low ? 1 : high === low ? 0.5 : 0;
  return won / (positive.length * negative.length);
}

function calibrationError(results: { confidence: number; right: boolean }[]): number {
  const excess = new Float64Array(BINS);
  for (const { confidence, right } of results)
    excess[Math.min(BINS - 1, Math.floor(confidence * BINS))] += confidence - (right ? 1 : 0);
  return excess.reduce((sum, value) => sum + Math.abs(value), 0) / results.length;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
