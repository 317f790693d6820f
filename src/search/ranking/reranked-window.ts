import { randomUUID } from 'node:crypto';
import {
  CONSENSUS_CANDIDATES,
  consensusOfNeighbors,
  consensusScores,
  type Matrix,
  stackRows,
  unitRows,
} from '../../domain/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { RowFile } from '../gallery/row-file.js';
import type { WindowNeighbors } from '../gallery/row-neighbors.js';
import { innerProducts } from '../kernel/inner-products.js';
import type { SearchPosition } from '../search-query.js';
import { type JudgedAnswer, judgeAnswer } from './judge-answer.js';
import type { KnownRanking } from './known-queries.js';
import { byScore, type PreparedQuery, versionOf } from './prepared-query.js';
import type { RerankedWindow } from './ranking-cache.js';
import { candidatesFor, retrieveLogits } from './retrieve.js';
import type { ActiveSnapshot } from './scorer.js';
import { positionOf } from './to-result.js';
import { type Candidate, isBefore } from './top-k.js';

/** The window whose pages are being read, or a new one; either is kept in the cache. */
export async function openWindow(view: GalleryView, prepared: PreparedQuery): Promise<RerankedWindow> {
  const window = cachedWindow(view, prepared) ?? (await rerank(view, prepared));
  view.cache.windows.set(window.id, window);
  return window;
}

/** A new window: the best {@link CONSENSUS_CANDIDATES} by score, ordered by consensus. */
export async function rerank(view: GalleryView, prepared: PreparedQuery): Promise<RerankedWindow> {
  const { id, ranked, end } = await rankWindow(view, { ...prepared, entries: prepared.windowEntries });
  return { id, ranked, end, ...(await judgeAnswer(view, prepared, ranked)) };
}

/** The ranking of a window that holds no less than all models is kept for the next request with the same query. */
async function rankWindow(view: GalleryView, prepared: PreparedQuery): Promise<KnownRanking> {
  if (!prepared.hasWholeWindow) return makeRanking(view, prepared, null);
  const candidates = candidatesFor(view, prepared, CONSENSUS_CANDIDATES);
  const { known } = prepared;
  if (known.ranking?.candidates !== candidates) known.ranking = await makeRanking(view, prepared, candidates);
  return known.ranking;
}

async function makeRanking(
  view: GalleryView,
  prepared: PreparedQuery,
  candidates: number | null,
): Promise<KnownRanking> {
  const best = await retrieveLogits(view, prepared, CONSENSUS_CANDIDATES);
  const id = randomUUID();
  const { active } = prepared.scorer;
  const lists = active && view.neighbors.listsFor(view.entries, active);
  const known = lists?.within(best.map(({ row }) => row));
  const ranked = await orderByConsensus(best, view.rows, active, id, known);
  const last = best.at(-1);
  return { id, ranked, end: last ? positionOf(last, prepared.scorer, 0) : null, candidates };
}

/** The judgment of a query whose page lies in no window: that of its best results by score. */
export function judgeBest(view: GalleryView, prepared: PreparedQuery): Promise<JudgedAnswer> {
  return rerank(view, byScore(prepared));
}

/** Whether a page starts inside a window, not behind it. */
export function startsInWindow({ request: { metric, after } }: PreparedQuery): boolean {
  return metric === 'SCORE' && (!after || after.head !== null);
}

/** The part of a ranking after a position. If its result has disappeared, the part after where it would stand. */
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
  { request: { after }, scorer, hidden }: PreparedQuery,
): RerankedWindow | undefined {
  if (!after?.head || after.version !== versionOf(scorer)) return undefined;
  const window = view.cache.windows.get(after.head);
  // The scores of a window depend on all of its logits.
  return window?.ranked.some(({ modelId }) => hidden.has(modelId)) ? undefined : window;
}

/**
 * A query's best candidates ordered by consensus, with their consensus scores (`consensusScores`).
 *
 * Candidates are compared by their whitened vectors, or by their descriptors while the gallery has no basis.
 *
 * @param window its id
 * @param known neighbors of each candidate among the others; null when they are not known
 */
export async function orderByConsensus(
  candidates: Candidate[],
  rows: RowFile,
  active: Pick<ActiveSnapshot, 'projections'> | null,
  window: string,
  known: WindowNeighbors | null = null,
): Promise<Candidate[]> {
  const values = candidates.map(({ value }) => value);
  const scores = known
    ? consensusOfNeighbors(values, (candidate) => known.of(candidate))
    : consensusScores(
        values,
        await cosinesBetween(candidates, rows, active),
        candidates.map(({ modelId }) => modelId),
      );
  // Rounding must not put a score below those of the candidates behind the window.
  const lowest = values.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  return candidates
    .map(({ modelId, index, row }, place) => {
      const value = Math.max(lowest, scores[place]);
      return { value, modelId, index, row, window };
    })
    .sort((a, b) => (isBefore(a, b) ? -1 : 1));
}

async function cosinesBetween(
  candidates: Candidate[],
  rows: RowFile,
  active: Pick<ActiveSnapshot, 'projections'> | null,
): Promise<Matrix> {
  const ofWindow = candidates.map(({ row }) => row);
  const vectors = active
    ? await active.projections.unitVectors(ofWindow)
    : unitRows(stackRows(ofWindow.map((row) => rows.read(row))));
  return innerProducts(vectors);
}
