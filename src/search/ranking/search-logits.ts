import type { GalleryView } from '../gallery/gallery-view.js';
import { countLogits, type GalleryEntry } from '../gallery/journal.js';
import type { SearchRequest, SearchResults } from '../search-query.js';
import { certainResults, type ResultsPage } from './certain-results.js';
import { type PreparedQuery, prepareQuery } from './prepared-query.js';
import type { RerankedWindow } from './ranking-cache.js';
import { judgeBest, openWindow, rankedAfter, startsInWindow } from './reranked-window.js';
import { retrieveLogits } from './retrieve.js';
import { confidenceOf, toResult } from './to-result.js';
import type { Candidate } from './top-k.js';

/**
 * The logits that match a query best.
 *
 *   query ─▶ few logits, deep page, filter, no FAISS? ─▶ exact scan ─▶ best by score ─▶ the first 200 by consensus
 *                     └─▶ index: candidates ─▶ exact score, with the rows newer than the snapshot ─▶ as above
 */
export function searchLogits(view: GalleryView, request: SearchRequest): Promise<SearchResults> {
  return certainResults(request, (page) => readPage(view, page));
}

async function readPage(view: GalleryView, request: SearchRequest): Promise<ResultsPage> {
  const prepared = await prepareQuery(view, request);
  const window = startsInWindow(prepared) ? await openWindow(view, prepared) : null;
  const ranked = window
    ? await windowAndRest(view, prepared, window)
    : await retrieveLogits(view, prepared, request.first + 1, request.after);
  const { support, answer } = window ?? (await judgeBest(view, prepared));
  const results = ranked
    .slice(0, request.first)
    .map((candidate, order) => toResult(view, prepared, support, candidate, order));
  const last = results.at(-1);
  return {
    results,
    hasMore: ranked.length > request.first,
    candidates: countLogits(prepared.entries),
    answer,
    maxConfidenceBehind: last ? confidenceOf(prepared, support, last.score) : null,
  };
}

/** A page that starts inside the reranked window, and may end behind it. */
async function windowAndRest(
  view: GalleryView,
  prepared: PreparedQuery,
  window: RerankedWindow,
): Promise<Candidate[]> {
  const { first, after } = prepared.request;
  const ranked = searchedOnly(prepared, rankedAfter(window.ranked, after));
  if (ranked.length > first || !window.end) return ranked;
  const shown = new Set(window.ranked.map(({ row }) => row));
  const rest = await retrieveLogits(view, prepared, first + 1 - ranked.length, window.end);
  return [...ranked, ...rest.filter(({ row }) => !shown.has(row))];
}

const known = new WeakMap<readonly GalleryEntry[], ReadonlySet<string>>();

function modelsOf(entries: readonly GalleryEntry[]): ReadonlySet<string> {
  const models = known.get(entries) ?? new Set(entries.map(({ modelId }) => modelId));
  known.set(entries, models);
  return models;
}

/** A window may be that of more models, and models may have been removed since it was made. */
function searchedOnly({ entries }: PreparedQuery, ranked: Candidate[]): Candidate[] {
  const searched = modelsOf(entries);
  return ranked.filter(({ modelId }) => searched.has(modelId));
}
