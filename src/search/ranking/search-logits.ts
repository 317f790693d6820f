import type { GalleryView } from '../gallery/gallery-view.js';
import { countLogits } from '../gallery/journal.js';
import type { SearchRequest, SearchResults } from '../search-query.js';
import { type PreparedQuery, prepareQuery } from './prepared-query.js';
import { openWindow, rankedAfter, startsInWindow } from './reranked-window.js';
import { retrieveLogits } from './retrieve.js';
import { toResult } from './to-result.js';
import type { Candidate } from './top-k.js';

/**
 * The logits that match a query best.
 *
 *   query ─▶ few logits, deep page, filter, no FAISS? ─▶ exact scan ─▶ best by score ─▶ the first 200 by consensus
 *                     └─▶ index: candidates ─▶ exact score, with the rows newer than the snapshot ─▶ as above
 */
export async function searchLogits(view: GalleryView, request: SearchRequest): Promise<SearchResults> {
  const prepared = await prepareQuery(view, request);
  const ranked = startsInWindow(prepared)
    ? await windowAndRest(view, prepared)
    : await retrieveLogits(view, prepared, request.first + 1, request.after);
  return {
    results: ranked
      .slice(0, request.first)
      .map((candidate, order) => toResult(view, prepared, candidate, order)),
    hasMore: ranked.length > request.first,
    candidates: countLogits(prepared.entries),
  };
}

/** A page that starts inside the reranked window, and may end behind it. */
async function windowAndRest(view: GalleryView, prepared: PreparedQuery): Promise<Candidate[]> {
  const { first, after } = prepared.request;
  const window = await openWindow(view, prepared);
  const ranked = searchedOnly(prepared, rankedAfter(window.ranked, after));
  if (ranked.length > first || !window.end) return ranked;
  const shown = new Set(window.ranked.map(({ row }) => row));
  const rest = await retrieveLogits(view, prepared, first + 1 - ranked.length, window.end);
  return [...ranked, ...rest.filter(({ row }) => !shown.has(row))];
}

/** A window may be that of more models, and models may have been removed since it was made. */
function searchedOnly({ entries }: PreparedQuery, ranked: Candidate[]): Candidate[] {
  const searched = new Set(entries.map(({ modelId }) => modelId));
  return ranked.filter(({ modelId }) => searched.has(modelId));
}
