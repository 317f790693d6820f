import { randomUUID } from 'node:crypto';
import { FIT_LIMITS, fitOf } from '../../domain/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { SearchRequest, SearchResults } from '../search-query.js';
import { certainResults, type ResultsPage } from './certain-results.js';
import type { AnswerSupport } from './judge-answer.js';
import { byScore, type PreparedQuery, prepareQueries } from './prepared-query.js';
import type { ModelRanking, RankedModel } from './ranking-cache.js';
import { rankedAfter, rerank } from './reranked-window.js';
import { confidenceOf, toResult } from './to-result.js';
import { type Candidate, isBefore, TopKByModel } from './top-k.js';

/**
 * Ranks models by several concepts: the mean confidence that the model's best logit recognizes each concept, which is
 * the expected share of the concepts that the model knows. In a gallery too small for confidence, the mean score.
 *
 * Confidence changes with the gallery, so a ranking is cached while its pages are read, as a reranked window is.
 */
export function searchModelsByConcepts(view: GalleryView, request: SearchRequest): Promise<SearchResults> {
  return certainResults(request, (page) => readPage(view, page));
}

async function readPage(view: GalleryView, request: SearchRequest): Promise<ResultsPage> {
  const parts = await prepareQueries(view, request);
  const { after, first } = request;
  const known = after?.head ? view.cache.rankings.get(after.head) : undefined;
  const cached = known?.models.some(({ modelId }) => parts[0].hidden.has(modelId)) ? undefined : known;
  const id = cached && after?.head ? after.head : randomUUID();
  const ranking = cached ?? (await rankByMeanConfidence(view, parts));
  view.cache.rankings.set(id, ranking);
  const searched = new Set(parts[0].entries.map(({ modelId }) => modelId));
  const positioned = ranking.models.map((model) => ({ ...model, index: -1 }));
  const ranked = rankedAfter(positioned, after).filter(({ modelId }) => searched.has(modelId));
  const results = ranked.slice(0, first).map(({ value, concept, best }, order) => {
    const result = toResult(view, parts[concept], null, best, order);
    const position = { ...result.position, value, head: id, index: -1 };
    return { ...result, score: value, confidence: parts[0].spread && value, position };
  });
  return {
    results,
    hasMore: ranked.length > first,
    candidates: parts[0].entries.length,
    answer: ranking.answer,
    maxConfidenceBehind: results.at(-1)?.confidence ?? null,
  };
}

async function rankByMeanConfidence(view: GalleryView, parts: PreparedQuery[]): Promise<ModelRanking> {
  const totals = new Map<string, RankedModel & { bestValue: number }>();
  const shown: number[] = [];
  for (const [concept, part] of parts.entries()) {
    const { support, best: bestLogits } = await bestLogitByModel(view, part);
    shown.push(support?.shown ?? 1);
    for (const best of bestLogits) {
      const { modelId } = best;
      const value = confidenceOf(part, support, best.value) ?? best.value;
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
  const models = [...totals.values()]
    .map(({ bestValue, ...model }) => model)
    .sort((a, b) => (isBefore({ ...a, index: -1 }, { ...b, index: -1 }) ? -1 : 1));
  const isJudged = parts[0].spread !== null && models.length > 0;
  return { models, answer: isJudged ? fitOf(models[0].value, Math.min(...shown), FIT_LIMITS.TEXT) : null };
}

/** The best logit of each model; by consensus for models in the reranked window. */
async function bestLogitByModel(
  view: GalleryView,
  prepared: PreparedQuery,
): Promise<{ best: Candidate[]; support: AnswerSupport | null }> {
  const bestByScore = new TopKByModel();
  await view.scan.scanModels(prepared, prepared.entries, bestByScore);
  const { ranked, support } = await rerank(view, byScore(prepared));
  const inWindow = new Set(ranked.map(({ modelId }) => modelId));
  const bestInWindow = new TopKByModel();
  for (const candidate of ranked) bestInWindow.offer(candidate);
  const rest = bestByScore.list().filter(({ modelId }) => !inWindow.has(modelId));
  return { best: [...bestInWindow.list(), ...rest], support };
}
