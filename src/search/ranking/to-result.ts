import { confidence } from '../../domain/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { RowFile } from '../gallery/row-file.js';
import type { SearchPosition, SearchResult } from '../search-query.js';
import { accuracyOf, type PreparedQuery, versionOf } from './prepared-query.js';
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

/**
 * Other outputs that are looked at: as many as the models had that the curves were fitted to, so that among a thousand
 * there is not always one that comes near. It also bounds what a page of answers costs.
 */
const MAX_OTHERS = 64;

/** Where an answer's model is looked up. */
interface Siblings {
  rows: Pick<RowFile, 'read'>;
  entryAt(row: number): Pick<GalleryEntry, 'firstRow' | 'rows' | 'degenerate'> | undefined;
}

/**
 * The best score of the other outputs of an answer's model, for its confidence; of a large model, of some spread evenly
 * over it. Undefined when the model has no other, or the question's curve does not ask for it.
 */
export function runnerUpScore(
  { rows, entryAt }: Siblings,
  scorer: Pick<Scorer, 'curve' | 'score'>,
  { row }: Pick<Candidate, 'row'>,
): number | undefined {
  const entry = !scorer.curve?.margin ? undefined : entryAt(row);
  if (!entry) return undefined;
  const excluded = new Set([row - entry.firstRow, ...entry.degenerate]);
  const step = Math.max(1, entry.rows / MAX_OTHERS);
  let best: number | undefined;
  for (let place = 0; place < entry.rows; place += step) {
    const output = Math.floor(place);
    if (excluded.has(output)) continue;
    const other = entry.firstRow + output;
    best = Math.max(best ?? Number.NEGATIVE_INFINITY, scorer.score(rows.read(other), other));
  }
  return best;
}
