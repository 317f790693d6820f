import { randomUUID } from 'node:crypto';
import { CONSENSUS_CANDIDATES } from '../../domain/index.js';
import type { SearchPosition } from '../search-query.js';
import { type Asked, versionOf } from './asked.js';
import { type Candidate, isBefore } from './best-hits.js';
import { consensusHead } from './consensus-head.js';
import { bestLogits } from './find-candidates.js';
import type { GalleryView } from './gallery-view.js';
import { positionOf } from './hit.js';
import type { Head } from './remembered-orders.js';

/** The head whose pages are being read, or a new one, which is remembered. */
export async function headOf(view: GalleryView, asked: Asked): Promise<Head> {
  const head = remembered(view, asked) ?? (await newHead(view, asked));
  view.remembered.heads.set(head.id, head);
  return head;
}

/** The best by score, in the order that they agree on now. */
export async function newHead(view: GalleryView, asked: Asked): Promise<Head> {
  const best = await bestLogits(view, asked, CONSENSUS_CANDIDATES);
  const id = randomUUID();
  const agreed = await consensusHead(best, view.rows, view.inUse, view.products);
  const last = best.at(-1);
  return {
    id,
    ranked: agreed.map((candidate) => ({ ...candidate, head: id })),
    cut: last ? positionOf(last, asked.scorer, 0) : null,
  };
}

/** Whether a page begins in a head, and not behind one. */
export function beginsInHead({ query: { metric, after } }: Asked): boolean {
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

function remembered(view: GalleryView, { query: { after }, scorer }: Asked): Head | undefined {
  return after?.head && after.version === versionOf(scorer)
    ? view.remembered.heads.get(after.head)
    : undefined;
}
