import { randomUUID } from 'node:crypto';
import { CONSENSUS_CANDIDATES } from '../../domain/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { SearchPosition } from '../search-query.js';
import { consensusWindow } from './consensus-window.js';
import { positionOf } from './hit.js';
import { type PreparedQuery, versionOf } from './prepared-query.js';
import type { Head } from './ranking-cache.js';
import { retrieveLogits } from './retrieve.js';
import { type Candidate, isBefore } from './top-k.js';

/** The head whose pages are being read, or a new one, which is remembered. */
export async function rerankedWindow(view: GalleryView, asked: PreparedQuery): Promise<Head> {
  const head = remembered(view, asked) ?? (await newWindow(view, asked));
  view.remembered.heads.set(head.id, head);
  return head;
}

/** The best by score, in the order that they agree on now. */
export async function newWindow(view: GalleryView, asked: PreparedQuery): Promise<Head> {
  const best = await retrieveLogits(view, asked, CONSENSUS_CANDIDATES);
  const id = randomUUID();
  const agreed = await consensusWindow(best, view.rows, view.inUse, view.products);
  const last = best.at(-1);
  return {
    id,
    ranked: agreed.map((candidate) => ({ ...candidate, head: id })),
    cut: last ? positionOf(last, asked.scorer, 0) : null,
  };
}

/** Whether a page begins in a head, and not behind one. */
export function startsInWindow({ query: { metric, after } }: PreparedQuery): boolean {
  return metric === 'SCORE' && (!after || after.head !== null);
}

/** What stands behind a place; when that left since, behind where it stood. */
export function behind<Ranked extends Pick<Candidate, 'value' | 'modelId' | 'index'>>(
  ranked: Ranked[],
  after: SearchPosition | undefined,
): Ranked[] {
  if (!after) return ranked;
  const here = ranked.findIndex(({ modelId, index }) => modelId === after.modelId && index === after.index);
  if (here >= 0) return ranked.slice(here + 1);
  const next = ranked.findIndex((candidate) => isBefore(after, candidate));
  return next < 0 ? [] : ranked.slice(next);
}

function remembered(view: GalleryView, { query: { after }, scorer }: PreparedQuery): Head | undefined {
  return after?.head && after.version === versionOf(scorer)
    ? view.remembered.heads.get(after.head)
    : undefined;
}
