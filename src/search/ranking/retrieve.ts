import { comparable, type GalleryView } from '../gallery/gallery-view.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { SearchPosition } from '../search-query.js';
import { candidatesFor, MAX_CANDIDATES } from './candidates.js';
import { type PreparedQuery, versionOf } from './prepared-query.js';
import { type Candidate, type HitSink, TopK, TopKByModel } from './top-k.js';

/** The best logits by their own score (or distance), behind a place when one is given. */
export async function retrieveLogits(
  view: GalleryView,
  asked: PreparedQuery,
  limit: number,
  after?: SearchPosition,
): Promise<Candidate[]> {
  const best = new TopK(limit, place(view, asked, after));
  const wanted = candidatesFor(asked.query, limit, comparable(asked.entries));
  if (wanted <= MAX_CANDIDATES && usesIndex(view, asked) && (await searchIndex(view, asked, wanted, best)))
    return best.list();
  await view.exact.run(asked.scorer, asked.entries, best);
  return best.list();
}

/**
 * The best logit of each model by its own score.
 *
 * @param enough models among the index's candidates below which they may miss one; all are scanned then
 */
export async function retrieveTopLogitByModel(
  view: GalleryView,
  asked: PreparedQuery,
  enough: number,
): Promise<Candidate[]> {
  let chosen = new TopKByModel();
  if (usesIndex(view, asked)) await searchIndex(view, asked, MAX_CANDIDATES, chosen);
  if (chosen.models < enough) {
    chosen = new TopKByModel();
    await view.exact.run(asked.scorer, asked.entries, chosen);
  }
  return chosen.list();
}

/** A position under another basis is scored anew, so that paging goes on behind the same logit. */
function place(
  view: GalleryView,
  { scorer }: PreparedQuery,
  after: SearchPosition | undefined,
): SearchPosition | undefined {
  if (!after || after.version === versionOf(scorer)) return after;
  const entry = view.entries.find(({ modelId }) => modelId === after.modelId);
  if (!entry || after.index >= entry.rows) return after;
  const row = entry.firstRow + after.index;
  return { ...after, value: scorer.value(view.rows.read(row), row) };
}

/** The index knows the order by score only, and nothing of chosen models. */
function usesIndex(
  { exactLimit }: GalleryView,
  { query: { models, metric }, scorer, entries }: PreparedQuery,
): boolean {
  if (!scorer.inUse?.snapshot.index || models || scorer.admits || metric !== 'SCORE') return false;
  return comparable(entries) > exactLimit;
}

/**
 * Offers what the index finds, and what came after it was made.
 *
 * @returns false, with nothing offered, when most of what it finds is excluded: the rest may not be the best of what is not
 */
async function searchIndex(
  view: GalleryView,
  { scorer, entries }: PreparedQuery,
  wanted: number,
  sink: HitSink,
): Promise<boolean> {
  const { inUse, indexVectors } = scorer;
  if (!inUse?.snapshot.index) return false;
  const { index, indexedRows, rows } = inUse.snapshot;
  const asked = new Set(entries);
  const candidates = new Map<number, GalleryEntry>();
  for (const vector of indexVectors) {
    let passedOver = 0;
    const { labels } = index.search(Array.from(vector), Math.min(wanted, indexedRows.length));
    for (const label of labels) {
      if (label < 0) continue;
      const row = indexedRows[label];
      const entry = view.entryAt(row);
      if (entry && asked.has(entry)) candidates.set(row, entry);
      else if (entry) passedOver++;
    }
    if (2 * passedOver > labels.length) return false;
  }
  await view.exact.pick(scorer, candidates, sink);
  const newer = entries.filter(({ firstRow }) => firstRow >= rows);
  await view.exact.run(scorer, newer, sink);
  return true;
}
