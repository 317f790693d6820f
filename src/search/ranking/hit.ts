import { confidence } from '../../domain/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { SearchPosition, SearchResult } from '../search-query.js';
import { accuracyOf, type PreparedQuery, versionOf } from './prepared-query.js';
import { runnerUpScore } from './runner-up.js';
import type { Scorer } from './scorer.js';
import type { Candidate } from './top-k.js';

/** A candidate as a result; `order` counts from 0 on its page. */
export function toResult(
  view: GalleryView,
  prepared: PreparedQuery,
  candidate: Candidate,
  order: number,
): SearchResult {
  const { request, scorer } = prepared;
  const { modelId, index, value, row } = candidate;
  const descriptor = view.rows.read(row);
  const score = request.metric === 'SCORE' ? value : scorer.score(descriptor, row);
  // The row is an old one when the model was probed again while pages are read.
  const entry = view.entryAt(row) ?? view.entries.find((other) => other.modelId === modelId);
  const accuracy = accuracyOf(descriptor, entry);
  return {
    modelId,
    index,
    score,
    distance: scorer.distance(descriptor, row),
    confidence: confidenceOf(prepared, score, runnerUpScore(view, scorer, candidate)),
    expectedAccuracy: accuracy,
    expectedAccuracyReason: accuracy === null ? 'TOO_FEW_OUTPUTS' : null,
    position: positionOf(candidate, scorer, (request.after?.depth ?? 0) + order + 1),
  };
}

/**
 * The probability that a score belongs to a right answer; null when there is nothing to tell it from.
 *
 * @param runnerUpScore see `confidence`
 */
export function confidenceOf(
  { spread, scorer }: PreparedQuery,
  score: number,
  runnerUpScore?: number,
): number | null {
  return spread && scorer.curve && confidence(score, spread, scorer.curve, runnerUpScore);
}

/** The place of a candidate, `depth` results from the beginning. */
export function positionOf(
  { value, modelId, index, window }: Candidate,
  scorer: Scorer,
  depth: number,
): SearchPosition {
  return { value, head: window ?? null, modelId, index, version: versionOf(scorer), depth };
}
