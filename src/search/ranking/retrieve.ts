import type { GalleryView } from '../gallery/gallery-view.js';
import { countLogits, type GalleryEntry } from '../gallery/journal.js';
import type { SearchPosition, SearchRequest } from '../search-query.js';
import { type PreparedQuery, versionOf } from './prepared-query.js';
import { type Candidate, type CandidateSink, TopK, TopKByModel } from './top-k.js';

/** The best logits by score or distance, after a position if one is given. */
export async function retrieveLogits(
  view: GalleryView,
  prepared: PreparedQuery,
  limit: number,
  after?: SearchPosition,
): Promise<Candidate[]> {
  const best = new TopK(limit, currentPosition(prepared, after));
  const count = candidateCount(prepared.request, limit, countLogits(prepared.entries));
  if (
    count <= MAX_CANDIDATES &&
    usesIndex(view, prepared) &&
    (await searchIndex(view, prepared, count, best))
  )
    return best.list();
  await view.scan.scanModels(prepared, prepared.entries, best);
  return best.list();
}

/**
 * The best logit of each model by score.
 *
 * @param minModels all rows are scanned when the index's candidates belong to fewer models, since they may miss one
 */
export async function retrieveTopLogitByModel(
  view: GalleryView,
  prepared: PreparedQuery,
  minModels: number,
): Promise<Candidate[]> {
  let best = new TopKByModel();
  if (usesIndex(view, prepared)) await searchIndex(view, prepared, MAX_CANDIDATES, best);
  if (best.models < minModels) {
    best = new TopKByModel();
    await view.scan.scanModels(prepared, prepared.entries, best);
  }
  return best.list();
}

/**
 * Scores a position from another basis again, so that paging continues after the same logit: if the caller still sees it.
 *
 * Threat model: where a page begins tells the score of its position.
 */
function currentPosition(
  { scorer, scores, entries }: PreparedQuery,
  after: SearchPosition | undefined,
): SearchPosition | undefined {
  if (!after || after.version === versionOf(scorer)) return after;
  const entry = entries.find(({ modelId }) => modelId === after.modelId);
  if (!entry || after.index < 0 || after.index >= entry.rows) return after;
  const [value] = scores.valuesOf(Uint32Array.of(entry.firstRow + after.index));
  return { ...after, value };
}

/** The index orders by score only and cannot filter. */
function usesIndex(
  { exactLimit }: GalleryView,
  { request: { models, metric }, scorer, accepts, entries }: PreparedQuery,
): boolean {
  if (!scorer.active?.snapshot.index || models || accepts || metric !== 'SCORE') return false;
  return countLogits(entries) > exactLimit;
}

/**
 * Offers the index's candidates, and all rows that are newer than the index. The index proposes rows of all models; it is
 * asked for more until it has proposed `count` of those that are searched, so that the others leave no gap.
 *
 * @returns false, with nothing offered, when most candidates are excluded: the others may then not be the best
 */
async function searchIndex(
  view: GalleryView,
  prepared: PreparedQuery,
  count: number,
  sink: CandidateSink,
): Promise<boolean> {
  const { scorer, entries } = prepared;
  const { active } = scorer;
  if (!active?.snapshot.index) return false;
  const { index, indexedRows, rows } = active.snapshot;
  const searched = new Set(entries);
  const candidates = new Map<number, GalleryEntry>();
  const wanted = Math.min(count, indexedRows.length);
  for (const vector of scorer.indexVectors()) {
    let proposed: [row: number, entry: GalleryEntry][] = [];
    for (let asked = wanted; ; asked = Math.min(2 * asked, indexedRows.length)) {
      const { labels } = index.search(Array.from(vector), asked);
      const present = labels.flatMap((label): [number, GalleryEntry][] => {
        const row = indexedRows[label];
        const entry = row === undefined ? undefined : view.entryAt(row);
        return entry ? [[row, entry]] : [];
      });
      proposed = present.filter(([, entry]) => searched.has(entry));
      if (2 * proposed.length < present.length) return false;
      if (proposed.length >= wanted || asked === indexedRows.length) break;
    }
    for (const [row, entry] of proposed.slice(0, wanted)) candidates.set(row, entry);
  }
  view.scan.scoreCandidates(prepared, candidates, sink);
  const newer = entries.filter(({ firstRow }) => firstRow >= rows);
  await view.scan.scanModels(prepared, newer, sink);
  return true;
}

/** A deeper page needs so many candidates that an exact scan is as fast and misses nothing. */
export const MAX_CANDIDATES = 3_000;
const CANDIDATES_PER_RESULT = 6;
/** For a logit the index ranks by the final score, up to its rounding to one byte. */
const MIN_FOR_LOGIT = 300;
/**
 * A concept's score has a part outside the basis, so the index cannot order a cluster of similar logits, and clusters
 * grow with the gallery. Measured with `npm run bench:search` (docs/benchmarks.md).
 */
const MIN_FOR_CONCEPT = 800;
const SHARE_FOR_CONCEPT = 0.01;

/**
 * How many candidates to request from the index.
 *
 * @param limit results to keep
 * @param logits logits that are searched
 */
export function candidateCount(
  { query, first, after }: SearchRequest,
  limit: number,
  logits: number,
): number {
  const count = limit + ((after?.depth ?? 0) + first) * CANDIDATES_PER_RESULT;
  if (query.kind === 'LOGIT') return Math.max(MIN_FOR_LOGIT, count);
  const share = Math.min(Math.ceil(logits * SHARE_FOR_CONCEPT), MAX_CANDIDATES);
  return Math.max(MIN_FOR_CONCEPT, share, count);
}
