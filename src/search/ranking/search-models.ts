import type { GalleryView } from '../gallery/gallery-view.js';
import type { SearchAnswer, SearchQuery } from '../search-query.js';
import { hit } from './hit.js';
import { ask, type PreparedQuery } from './prepared-query.js';
import { behind, rerankedWindow, startsInWindow } from './reranked-window.js';
import { retrieveTopLogitByModel } from './retrieve.js';
import { type Candidate, TopK } from './top-k.js';

/** Models among the candidates, for each one wanted, below which the candidates may miss one. */
const MODELS_PER_HIT = 3;

/**
 * The models that answer a question best, each by its best logit: first those with a logit in the head, by what the
 * head agreed on, so that a logit has one score and one confidence wherever it is found; then the others.
 */
export async function searchModels(view: GalleryView, query: SearchQuery): Promise<SearchAnswer> {
  const asked = await ask(view, query);
  const ranked = startsInWindow(asked)
    ? await headAndTail(view, asked)
    : await tail(view, asked, query.first + 1, new Set());
  return {
    hits: ranked.slice(0, query.first).map((candidate, order) => {
      const found = hit(view, asked, candidate, order);
      return { ...found, position: { ...found.position, index: -1 } };
    }),
    hasMore: ranked.length > query.first,
    candidates: asked.entries.length,
  };
}

async function headAndTail(view: GalleryView, asked: PreparedQuery): Promise<Candidate[]> {
  const { first, after } = asked.query;
  const head = bestOfEach((await rerankedWindow(view, asked)).ranked);
  const places = [...head.values()].map((best) => ({ ...best, index: -1, best }));
  const listed = new Set(asked.entries.map(({ modelId }) => modelId));
  const ranked = behind(places, after)
    .map(({ best }) => best)
    .filter(({ modelId }) => listed.has(modelId));
  if (ranked.length > first) return ranked;
  return [...ranked, ...(await tail(view, asked, first + 1 - ranked.length, new Set(head.keys())))];
}

/** The first candidate of each model, in order. */
function bestOfEach(ranked: Candidate[]): Map<string, Candidate> {
  const best = new Map<string, Candidate>();
  for (const candidate of ranked) if (!best.has(candidate.modelId)) best.set(candidate.modelId, candidate);
  return best;
}

/** Models behind those of the head. */
async function tail(
  view: GalleryView,
  asked: PreparedQuery,
  limit: number,
  shown: Set<string>,
): Promise<Candidate[]> {
  const { after, first } = asked.query;
  const behindHead = after && after.head === null ? { ...after, index: -1 } : undefined;
  const enough = ((after?.depth ?? 0) + first) * MODELS_PER_HIT;
  const chosen = await retrieveTopLogitByModel(view, asked, enough);
  const byModel = new Map(chosen.map((candidate) => [candidate.modelId, candidate]));
  const best = new TopK(limit, behindHead);
  for (const candidate of chosen) if (!shown.has(candidate.modelId)) best.offer({ ...candidate, index: -1 });
  return best.list().flatMap(({ modelId }) => byModel.get(modelId) ?? []);
}
