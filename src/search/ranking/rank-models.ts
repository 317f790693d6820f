import { randomUUID } from 'node:crypto';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { SearchAnswer, SearchQuery } from '../search-query.js';
import { confidenceOf, hit } from './hit.js';
import { type PreparedQuery, prepareQueries } from './prepared-query.js';
import type { RankedModel } from './ranking-cache.js';
import { behind, newWindow } from './reranked-window.js';
import { type Candidate, isBefore, TopKByModel } from './top-k.js';

/**
 * Whole models for several concepts: the mean, over the concepts, of the confidence that a model's best logit
 * recognizes it, so the expected share of them that the model knows. In a gallery too small for a confidence, the mean
 * of the scores.
 *
 * Confidence follows the gallery, so a ranking is remembered while its pages are read, as a head is.
 */
export async function rankModels(view: GalleryView, query: SearchQuery): Promise<SearchAnswer> {
  const parts = await prepareQueries(view, query);
  const { after, first } = query;
  const kept = after?.head ? view.remembered.rankings.get(after.head) : undefined;
  const id = kept && after?.head ? after.head : randomUUID();
  const ranking = kept ?? (await newRanking(view, parts));
  view.remembered.rankings.set(id, ranking);
  const listed = new Set(parts[0].entries.map(({ modelId }) => modelId));
  const places = ranking.map((model) => ({ ...model, index: -1 }));
  const ranked = behind(places, after).filter(({ modelId }) => listed.has(modelId));
  return {
    hits: ranked.slice(0, first).map(({ value, concept, best }, order) => {
      const found = hit(view, parts[concept], best, order);
      const position = { ...found.position, value, head: id, index: -1 };
      return { ...found, score: value, confidence: parts[0].standing && value, position };
    }),
    hasMore: ranked.length > first,
    candidates: parts[0].entries.length,
  };
}

async function newRanking(view: GalleryView, parts: PreparedQuery[]): Promise<RankedModel[]> {
  const totals = new Map<string, RankedModel & { bestValue: number }>();
  for (const [concept, part] of parts.entries()) {
    for (const best of await bestOfEachModel(view, part)) {
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

/** The best logit of each model, those of the head by what it agreed on. */
async function bestOfEachModel(view: GalleryView, asked: PreparedQuery): Promise<Candidate[]> {
  const chosen = new TopKByModel();
  await view.exact.run(asked.scorer, asked.entries, chosen);
  const { ranked } = await newWindow(view, { ...asked, query: { ...asked.query, after: undefined } });
  const inHead = new Set(ranked.map(({ modelId }) => modelId));
  const agreed = new TopKByModel();
  for (const candidate of ranked) agreed.offer(candidate);
  return [...agreed.list(), ...chosen.list().filter(({ modelId }) => !inHead.has(modelId))];
}
