import { comparable, type GalleryView } from '../gallery/gallery-view.js';
import type { SearchAnswer, SearchQuery } from '../search-query.js';
import { hit } from './hit.js';
import { ask, type PreparedQuery } from './prepared-query.js';
import { behind, rerankedWindow, startsInWindow } from './reranked-window.js';
import { retrieveLogits } from './retrieve.js';
import type { Candidate } from './top-k.js';

/**
 * The logits that answer a question best.
 *
 *   query ─▶ few logits, deep page, filter, no FAISS? ─▶ exact scan ─▶ best by score ─▶ the first 200 by consensus
 *                     └─▶ index: candidates ─▶ exact score, with the rows behind the snapshot ─▶ as above
 */
export async function searchLogits(view: GalleryView, query: SearchQuery): Promise<SearchAnswer> {
  const asked = await ask(view, query);
  const ranked = startsInWindow(asked)
    ? await headAndTail(view, asked)
    : await retrieveLogits(view, asked, query.first + 1, query.after);
  return {
    hits: ranked.slice(0, query.first).map((candidate, order) => hit(view, asked, candidate, order)),
    hasMore: ranked.length > query.first,
    candidates: comparable(asked.entries),
  };
}

/** From the first page until the candidates that were compared with each other are passed. */
async function headAndTail(view: GalleryView, asked: PreparedQuery): Promise<Candidate[]> {
  const { first, after } = asked.query;
  const head = await rerankedWindow(view, asked);
  const listed = new Set(asked.entries.map(({ modelId }) => modelId));
  const ranked = behind(head.ranked, after).filter(({ modelId }) => listed.has(modelId));
  if (ranked.length > first || !head.cut) return ranked;
  const shown = new Set(head.ranked.map(({ row }) => row));
  const rest = await retrieveLogits(view, asked, first + 1 - ranked.length, head.cut);
  return [...ranked, ...rest.filter(({ row }) => !shown.has(row))];
}
