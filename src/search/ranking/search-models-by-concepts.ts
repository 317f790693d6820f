import { randomUUID } from 'node:crypto';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { SearchRequest, SearchResults } from '../search-query.js';
import { type PreparedQuery, prepareQueries } from './prepared-query.js';
import type { RankedModel } from './ranking-cache.js';
import { rankedAfter, rerank } from './reranked-window.js';
import { confidenceOf, toResult } from './to-result.js';
import { type Candidate, isBefore, TopKByModel } from './top-k.js';

/**
 * Ranks models by several concepts: the mean confidence that the model's best logit recognizes each concept, which is
 * the expected share of the concepts that the model knows. In a gallery too small for confidence, the mean score.
 *
 * Confidence changes with the gallery, so a ranking is cached while its pages are read, as a reranked window is.
 */
export async function searchModelsByConcepts(
  view: GalleryView,
  request: SearchRequest,
): Promise<SearchResults> {
  const parts = await prepareQueries(view, request);
  const { after, first } = request;
  const known = after?.head ? view.cache.rankings.get(after.head) : undefined;
  const cached = known?.some(({ modelId }) => parts[0].hidden.has(modelId)) ? undefined : known;
  const id = cached && after?.head ? after.head : randomUUID();
  const ranking = cached ?? (await rankByMeanConfidence(view, parts));
  view.cache.rankings.set(id, ranking);
  const searched = new Set(parts[0].entries.map(({ modelId }) => modelId));
  const positioned = ranking.map((model) => ({ ...model, index: -1 }));
  const ranked = rankedAfter(positioned, after).filter(({ modelId }) => searched.has(modelId));
  return {
    results: ranked.slice(0, first).map(({ value, concept, best }, order) => {
      const result = toResult(view, parts[concept], best, order);
      const position = { ...result.position, value, head: id, index: -1 };
      return { ...result, score: value, confidence: parts[0].spread && value, position };
    }),
    hasMore: ranked.length > first,
    candidates: parts[0].entries.length,
  };
}

async function rankByMeanConfidence(view: GalleryView, parts: PreparedQuery[]): Promise<RankedModel[]> {
  const totals = new Map<string, RankedModel & { bestValue: number }>();
  for (const [concept, part] of parts.entries()) {
    for (const best of await bestLogitByModel(view, part)) {
      const { modelId } = best;
      const value = confidenceOf(part, best.value) ?? best.value;
      const total = totals.get(modelId);
      const leader = total && total.bestValue >= value ? total : { concept, best, bestValue: value };
      totals.set(modelId, {
        modelId,
        value: (total?.value ?? 0) + value / parts.length,
        concept: leader.concept,
        best: leader.best,
        bestValue: leader.bestValue,
      });
    }
  }
  return [...totals.values()]
    .map(({ bestValue, ...model }) => model)
    .sort((a, b) => (isBefore({ ...a, index: -1 }, { ...b, index: -1 }) ? -1 : 1));
}

/** The best logit of each model; by consensus for models in the reranked window. */
async function bestLogitByModel(view: GalleryView, prepared: PreparedQuery): Promise<Candidate[]> {
  const bestByScore = new TopKByModel();
  await view.scan.scanModels(prepared, prepared.entries, bestByScore);
  const { ranked } = await rerank(view, { ...prepared, request: { ...prepared.request, after: undefined } });
  const inWindow = new Set(ranked.map(({ modelId }) => modelId));
  const bestInWindow = new TopKByModel();
  for (const candidate of ranked) bestInWindow.offer(candidate);
  return [...bestInWindow.list(), ...bestByScore.list().filter(({ modelId }) => !inWindow.has(modelId))];
}
