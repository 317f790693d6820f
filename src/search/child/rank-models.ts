import { confidence } from '../../domain/index.js';
import type { SearchAnswer, SearchQuery } from '../search-query.js';
import { BestHits, BestOfEachModel, type Candidate } from './best-hits.js';
import { askAll, type GalleryView, hit } from './gallery-search.js';

/**
 * Whole models for several concepts: the mean, over the concepts, of the confidence that a model's best logit
 * recognises it, so the expected share of them that the model knows. In a gallery too small for a confidence, the mean
 * of the scores.
 */
export async function rankModels(view: GalleryView, query: SearchQuery): Promise<SearchAnswer> {
  const parts = await askAll(view, query);
  const totals = new Map<string, { value: number; best: Candidate; bestPart: number; bestValue: number }>();
  for (const [part, { scorer, entries, standing }] of parts.entries()) {
    const chosen = new BestOfEachModel();
    await view.exact.run(scorer, entries, chosen);
    for (const candidate of chosen.list()) {
      const value = standing ? confidence(candidate.value, standing, scorer.curve) : candidate.value;
      const total = totals.get(candidate.modelId);
      const better = !total || value > total.bestValue;
      totals.set(candidate.modelId, {
        value: (total?.value ?? 0) + value / parts.length,
        best: better ? candidate : total.best,
        bestPart: better ? part : total.bestPart,
        bestValue: better ? value : total.bestValue,
      });
    }
  }
  const best = new BestHits(query.first + 1, query.after && { ...query.after, index: -1 });
  for (const [modelId, { value, best: candidate }] of totals)
    best.offer({ value, modelId, index: -1, row: candidate.row });
  const list = best.list();
  return {
    hits: list.slice(0, query.first).flatMap(({ modelId, value }, order) => {
      const total = totals.get(modelId);
      if (!total) return [];
      const found = hit(view, parts[total.bestPart], total.best, order);
      const position = { ...found.position, value, index: -1 };
      return [{ ...found, score: value, confidence: parts[0].standing && value, position }];
    }),
    hasMore: list.length > query.first,
    candidates: parts[0].entries.length,
  };
}
