import { answerConfidence, confidence } from '../../domain/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { SearchPosition, SearchResult } from '../search-query.js';
import type { AnswerSupport } from './judge-answer.js';
import { accuracyOf, type PreparedQuery, versionOf } from './prepared-query.js';
import type { RowScores } from './row-scores.js';
import type { Scorer } from './scorer.js';
import type { Candidate } from './top-k.js';

/**
 * Makes a result of a candidate.
 *
 * @param support see {@link confidenceOf}
 * @param order its index on the page, from 0
 */
export function toResult(
  view: GalleryView,
  prepared: PreparedQuery,
  support: AnswerSupport | null,
  candidate: Candidate,
  order: number,
): SearchResult {
  const { request, scorer, scores } = prepared;
  const { modelId, index, value, row } = candidate;
  const score = request.metric === 'SCORE' ? value : scores.scoreOf(row);
  // The row belongs to no model when the model was probed again while pages are read.
  const entry = view.entryAt(row) ?? view.entries.find((other) => other.modelId === modelId);
  const accuracy = accuracyOf(view, row, entry);
  return {
    modelId,
    index,
    score,
    distance: scorer.distance(row),
    confidence: confidenceOf(prepared, support, score, runnerUpOf(view, prepared, candidate)),
    expectedAccuracy: accuracy,
    expectedAccuracyReason: accuracy === null ? 'TOO_FEW_OUTPUTS' : null,
    position: positionOf(candidate, scorer, (request.after?.depth ?? 0) + order + 1),
  };
}

/**
 * The probability, 0 to 1, that a result is right; null when the gallery is too small or the query has no curve.
 *
 * @param support of a query by concept, expression or image, see `judgeAnswer`
 * @param runnerUpScore of a query by logit, see `confidence`; absent: the highest confidence that its score can have
 */
export function confidenceOf(
  { spread, scorer }: Pick<PreparedQuery, 'spread' | 'scorer'>,
  support: AnswerSupport | null,
  score: number,
  runnerUpScore?: number,
): number | null {
  if (!spread) return null;
  if (support) return answerConfidence(score, spread, support.support, support.curve);
  return scorer.curve && confidence(score, spread, scorer.curve, runnerUpScore);
}

/** The position of a candidate, the `depth`th result. */
export function positionOf(
  { value, modelId, index, window }: Candidate,
  scorer: Scorer,
  depth: number,
): SearchPosition {
  return { value, head: window ?? null, modelId, index, version: versionOf(scorer), depth };
}

/**
 * Outputs that the runner-up is chosen from: about as many as the models have that the curves were fitted to. Among a
 * thousand outputs one always comes near. The limit also bounds the cost of a page of results.
 */
const MAX_OTHERS = 64;

/** {@link runnerUpScore}, which is computed once for each result of a query. */
export function runnerUpOf(
  view: Pick<GalleryView, 'entryAt'>,
  prepared: Pick<PreparedQuery, 'scorer' | 'scores' | 'known'>,
  candidate: Pick<Candidate, 'row'>,
): number | undefined {
  const { runnerUps } = prepared.known;
  if (!runnerUps.has(candidate.row)) runnerUps.set(candidate.row, runnerUpScore(view, prepared, candidate));
  return runnerUps.get(candidate.row);
}

/**
 * The best score among the other outputs of a result's model, for its confidence. Of a large model, an even sample of
 * outputs counts. Undefined when the model has no other output, or the query's curve has no margin.
 */
export function runnerUpScore(
  { entryAt }: { entryAt(row: number): Pick<GalleryEntry, 'firstRow' | 'rows' | 'degenerate'> | undefined },
  { scorer, scores }: { scorer: Pick<Scorer, 'curve'>; scores: Pick<RowScores, 'scoresOf'> },
  { row }: Pick<Candidate, 'row'>,
): number | undefined {
  const entry = !scorer.curve?.margin ? undefined : entryAt(row);
  if (!entry) return undefined;
  const excluded = new Set([row - entry.firstRow, ...entry.degenerate]);
  const step = Math.max(1, entry.rows / MAX_OTHERS);
  const others: number[] = [];
  for (let place = 0; place < entry.rows; place += step) {
    const output = Math.floor(place);
    if (!excluded.has(output)) others.push(entry.firstRow + output);
  }
  return others.length === 0 ? undefined : Math.max(...scores.scoresOf(Uint32Array.from(others)));
}
