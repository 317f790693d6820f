import { confidence } from '../../domain/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { SearchHit, SearchPosition } from '../search-query.js';
import { accuracyOf, type PreparedQuery, versionOf } from './prepared-query.js';
import { runnerUp } from './runner-up.js';
import type { Scorer } from './scorer.js';
import type { Candidate } from './top-k.js';

/** A candidate as a result; `order` counts from 0 on its page. */
export function hit(view: GalleryView, asked: PreparedQuery, candidate: Candidate, order: number): SearchHit {
  const { query, scorer } = asked;
  const { modelId, index, value, row } = candidate;
  const descriptor = view.rows.read(row);
  const score = query.metric === 'SCORE' ? value : scorer.score(descriptor, row);
  // The row is an old one when the model was probed again while pages are read.
  const entry = view.entryAt(row) ?? view.entries.find((other) => other.modelId === modelId);
  const accuracy = accuracyOf(descriptor, entry);
  return {
    modelId,
    index,
    score,
    distance: scorer.distance(descriptor, row),
    confidence: confidenceOf(asked, score, runnerUp(view, scorer, candidate)),
    expectedAccuracy: accuracy,
    expectedAccuracyReason: accuracy === null ? 'TOO_FEW_OUTPUTS' : null,
    position: positionOf(candidate, scorer, (query.after?.depth ?? 0) + order + 1),
  };
}

/**
 * The probability that a score belongs to a right answer; null when there is nothing to tell it from.
 *
 * @param runnerUpScore see `confidence`
 */
export function confidenceOf(
  { standing, scorer }: PreparedQuery,
  score: number,
  runnerUpScore?: number,
): number | null {
  return standing && scorer.curve && confidence(score, standing, scorer.curve, runnerUpScore);
}

/** The place of a candidate, `depth` results from the beginning. */
export function positionOf(
  { value, modelId, index, head }: Candidate,
  scorer: Scorer,
  depth: number,
): SearchPosition {
  return { value, head: head ?? null, modelId, index, version: versionOf(scorer), depth };
}
