import type { GalleryView } from '../gallery/gallery-view.js';
import { countLogits, type GalleryEntry } from '../gallery/journal.js';
import type { SearchPosition, SearchRequest } from '../search-query.js';
import type { AllowedRows, CellIndex, IndexFacts, IndexNeeds } from '../snapshot/cell-index.js';
import { allowedRows } from './allowed-rows.js';
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
  const index = indexFor(view, prepared);
  const count = index && candidateCount(prepared.request, limit, index.facts);
  if (index && count !== null) await searchIndex(view, prepared, index, count, best);
  else await view.scan.scanModels(prepared, prepared.entries, best);
  return best.list();
}

/** How many candidates of the index {@link retrieveLogits} scores; null when it scans all rows. */
export function candidatesFor(view: GalleryView, prepared: PreparedQuery, limit: number): number | null {
  const index = indexFor(view, prepared);
  return index && candidateCount(prepared.request, limit, index.facts);
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
  const index = indexFor(view, prepared);
  if (index) {
    const best = new TopKByModel();
    await searchIndex(view, prepared, index, MAX_CANDIDATES, best);
    if (best.models >= minModels) return best.list();
  }
  const best = new TopKByModel();
  await view.scan.scanModels(prepared, prepared.entries, best);
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

/** An index with the rows that a query may find. */
interface AllowedIndex {
  cells: CellIndex;
  facts: IndexFacts;
  allowed: AllowedRows;
}

/** The index, if it serves a query: it orders by score only, and few rows are scanned as fast. */
function indexFor(view: GalleryView, prepared: PreparedQuery): AllowedIndex | null {
  const { request, scorer, entries } = prepared;
  const index = scorer.active?.snapshot.index;
  if (!index || request.metric !== 'SCORE' || countLogits(entries) <= view.exactLimit) return null;
  const allowed = allowedRows(view, prepared);
  return allowed.count > view.exactLimit ? { ...index, allowed } : null;
}

/** Offers the index's candidates. */
async function searchIndex(
  view: GalleryView,
  prepared: PreparedQuery,
  { cells, facts, allowed }: AllowedIndex,
  count: number,
  sink: CandidateSink,
): Promise<void> {
  const { request, scorer } = prepared;
  const byLength = request.query.kind === 'LOGIT';
  const { vectors } = needsOf(request, facts);
  const candidates = new Map<number, GalleryEntry>();
  for (const vector of scorer.indexVectors()) {
    for (const row of cells.propose({ vector, byLength, count, vectors, allowed })) {
      const entry = view.entryAt(row);
      if (entry) candidates.set(row, entry);
    }
  }
  view.scan.scoreCandidates(prepared, candidates, sink);
}

/** What the gallery needs of its index for this query. */
function needsOf({ query }: SearchRequest, facts: IndexFacts): IndexNeeds {
  return query.kind === 'LOGIT' ? facts.logit : facts.concept;
}

/** A deeper page needs so many candidates that an exact scan is as fast and misses nothing. */
const MAX_CANDIDATES = 3_000;
const CANDIDATES_PER_RESULT = 6;

/**
 * How many candidates to request from the index; null when they would be too many.
 *
 * @param limit results to keep
 */
function candidateCount(request: SearchRequest, limit: number, facts: IndexFacts): number | null {
  const { first, after } = request;
  const count = limit + ((after?.depth ?? 0) + first) * CANDIDATES_PER_RESULT;
  const needed = Math.max(needsOf(request, facts).candidates, count);
  return needed <= MAX_CANDIDATES ? needed : null;
}
