import type { GalleryView } from '../gallery/gallery-view.js';
import type { SearchRequest, SearchResults } from '../search-query.js';
import { certainResults, type ResultsPage } from './certain-results.js';
import { type PreparedQuery, prepareQuery } from './prepared-query.js';
import type { RerankedWindow } from './ranking-cache.js';
import { judgeBest, openWindow, rankedAfter, startsInWindow } from './reranked-window.js';
import { retrieveTopLogitByModel } from './retrieve.js';
import { confidenceOf, toResult } from './to-result.js';
import { type Candidate, TopK } from './top-k.js';

/** With fewer models per requested result, the index's candidates may miss one. */
const MODELS_PER_RESULT = 3;

/**
 * The models that match a query best, each by its best logit. Models with a logit in the reranked window come first, by
 * its consensus score, so that a logit has the same score and confidence in every search. Then the others.
 */
export function searchModels(view: GalleryView, request: SearchRequest): Promise<SearchResults> {
  return certainResults(request, (page) => readPage(view, page));
}

async function readPage(view: GalleryView, request: SearchRequest): Promise<ResultsPage> {
  const prepared = await prepareQuery(view, request);
  const window = startsInWindow(prepared) ? await openWindow(view, prepared) : null;
  const ranked = window
    ? await windowAndRest(view, prepared, window)
    : await modelsBehindWindow(view, prepared, request.first + 1, new Set());
  const { support, answer } = window ?? (await judgeBest(view, prepared));
  const results = ranked.slice(0, request.first).map((candidate, order) => {
    const result = toResult(view, prepared, support, candidate, order);
    return { ...result, position: { ...result.position, index: -1 } };
  });
  const last = results.at(-1);
  return {
    results,
    hasMore: ranked.length > request.first,
    candidates: prepared.entries.length,
    answer,
    maxConfidenceBehind: last ? confidenceOf(prepared, support, last.score) : null,
  };
}

async function windowAndRest(
  view: GalleryView,
  prepared: PreparedQuery,
  { ranked: inWindow }: RerankedWindow,
): Promise<Candidate[]> {
  const { first, after } = prepared.request;
  const window = bestOfEach(inWindow);
  const positioned = [...window.values()].map((best) => ({ ...best, index: -1, best }));
  const searched = new Set(prepared.entries.map(({ modelId }) => modelId));
  const ranked = rankedAfter(positioned, after)
    .map(({ best }) => best)
    .filter(({ modelId }) => searched.has(modelId));
  if (ranked.length > first) return ranked;
  return [
    ...ranked,
    ...(await modelsBehindWindow(view, prepared, first + 1 - ranked.length, new Set(window.keys()))),
  ];
}

/** The first candidate of each model, in order. */
function bestOfEach(ranked: Candidate[]): Map<string, Candidate> {
  const best = new Map<string, Candidate>();
  for (const candidate of ranked) if (!best.has(candidate.modelId)) best.set(candidate.modelId, candidate);
  return best;
}

/** Models without a logit in the reranked window. @param shown models to leave out */
async function modelsBehindWindow(
  view: GalleryView,
  prepared: PreparedQuery,
  limit: number,
  shown: Set<string>,
): Promise<Candidate[]> {
  const { after, first } = prepared.request;
  const behindWindow = after && after.head === null ? { ...after, index: -1 } : undefined;
  const minModels = ((after?.depth ?? 0) + first) * MODELS_PER_RESULT;
  const candidates = await retrieveTopLogitByModel(view, prepared, minModels);
  const byModel = new Map(candidates.map((candidate) => [candidate.modelId, candidate]));
  const best = new TopK(limit, behindWindow);
  for (const candidate of candidates)
    if (!shown.has(candidate.modelId)) best.offer({ ...candidate, index: -1 });
  return best.list().flatMap(({ modelId }) => byModel.get(modelId) ?? []);
}
