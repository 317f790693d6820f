import { randomUUID } from 'node:crypto';
import { CONSENSUS_CANDIDATES } from '../../domain/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { SearchPosition } from '../search-query.js';
import { orderByConsensus } from './consensus-window.js';
import { positionOf } from './hit.js';
import { type PreparedQuery, versionOf } from './prepared-query.js';
import type { RerankedWindow } from './ranking-cache.js';
import { retrieveLogits } from './retrieve.js';
import { type Candidate, isBefore } from './top-k.js';

/** The head whose pages are being read, or a new one, which is remembered. */
export async function openWindow(view: GalleryView, prepared: PreparedQuery): Promise<RerankedWindow> {
  const window = cachedWindow(view, prepared) ?? (await rerank(view, prepared));
  view.cache.windows.set(window.id, window);
  return window;
}

/** The best by score, in the order that they agree on now. */
export async function rerank(view: GalleryView, prepared: PreparedQuery): Promise<RerankedWindow> {
  const best = await retrieveLogits(view, prepared, CONSENSUS_CANDIDATES);
  const id = randomUUID();
  const reranked = await orderByConsensus(best, view.rows, view.active, view.products);
  const last = best.at(-1);
  return {
    id,
    ranked: reranked.map((candidate) => ({ ...candidate, window: id })),
    end: last ? positionOf(last, prepared.scorer, 0) : null,
  };
}

/** Whether a page begins in a head, and not behind one. */
export function startsInWindow({ request: { metric, after } }: PreparedQuery): boolean {
  return metric === 'SCORE' && (!after || after.head !== null);
}

/** What stands behind a place; when that left since, behind where it stood. */
export function rankedAfter<Ranked extends Pick<Candidate, 'value' | 'modelId' | 'index'>>(
  ranked: Ranked[],
  after: SearchPosition | undefined,
): Ranked[] {
  if (!after) return ranked;
  const found = ranked.findIndex(({ modelId, index }) => modelId === after.modelId && index === after.index);
  if (found >= 0) return ranked.slice(found + 1);
  const next = ranked.findIndex((candidate) => isBefore(after, candidate));
  return next < 0 ? [] : ranked.slice(next);
}

function cachedWindow(
  view: GalleryView,
  { request: { after }, scorer }: PreparedQuery,
): RerankedWindow | undefined {
  return after?.head && after.version === versionOf(scorer) ? view.cache.windows.get(after.head) : undefined;
}
