import { randomUUID } from 'node:crypto';
import type { LRUCache } from 'lru-cache';
import {
  CONSENSUS_CANDIDATES,
  confidence,
  expectedAccuracy,
  type Standing,
  skewness,
} from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { MatrixProducts } from '../matrix-products.js';
import type { SearchAnswer, SearchHit, SearchPosition, SearchQuery } from '../search-query.js';
import { BestHits, BestOfEachModel, type Candidate, type HitSink, isBefore } from './best-hits.js';
import { candidatesFor, MOST_CANDIDATES } from './candidates.js';
import { consensusHead } from './consensus-head.js';
import type { ExactScan } from './exact-scan.js';
import type { GallerySample } from './gallery-sample.js';
import type { GalleryEntry } from './journal.js';
import type { RowFile } from './row-file.js';
import { runnerUp } from './runner-up.js';
import { conceptScorer, expressionScorer, logitScorer, type Scorer, type SnapshotInUse } from './scorer.js';

/** Models among the candidates, for each one wanted, below which the candidates may miss one. */
const MODELS_PER_HIT = 3;

/** A gallery as it is at one moment. */
export interface GalleryView {
  /** By first row. */
  entries: readonly GalleryEntry[];
  inUse: SnapshotInUse | null;
  rows: RowFile;
  exact: ExactScan;
  sample: GallerySample;
  products: MatrixProducts;
  /** Heads whose pages are being read, by the name that their positions carry. */
  heads: LRUCache<string, Head>;
  /** Galleries up to this many logits are scanned exactly. */
  exactLimit: number;
  entryAt(row: number): GalleryEntry | undefined;
  descriptor(modelId: string, index: number): Float32Array | null;
}

/** Candidates that were compared with each other, in the order that they agreed on. */
export interface Head {
  ranked: Candidate[];
  /** Everything behind the head is behind this place by its own score; null when the head is empty. */
  cut: SearchPosition | null;
}

/** What a question comes to, before anything is ranked. */
export interface Asked {
  query: SearchQuery;
  scorer: Scorer;
  entries: GalleryEntry[];
  standing: Standing | null;
}

/**
 * The logits that answer a question best.
 *
 *   query ─▶ few logits, deep page, filter, no FAISS? ─▶ exact scan ─▶ best by score ─▶ the first 200 by consensus
 *                     └─▶ index: candidates ─▶ exact score, with the rows behind the snapshot ─▶ as above
 */
export async function searchLogits(view: GalleryView, query: SearchQuery): Promise<SearchAnswer> {
  const asked = await ask(view, query);
  const ranked = await (query.metric === 'SCORE' && (!query.after || query.after.head !== null)
    ? headAndTail(view, asked)
    : tail(view, asked));
  return {
    hits: ranked.slice(0, query.first).map((candidate, order) => hit(view, asked, candidate, order)),
    hasMore: ranked.length > query.first,
    candidates: comparable(asked.entries),
  };
}

/** The models that answer a question best, each by its best logit. */
export async function searchModels(view: GalleryView, query: SearchQuery): Promise<SearchAnswer> {
  const asked = await ask(view, query);
  const { scorer, entries } = asked;
  const enough = ((query.after?.depth ?? 0) + query.first) * MODELS_PER_HIT;
  let chosen = new BestOfEachModel();
  if (usesIndex(view, asked)) await searchIndex(view, asked, MOST_CANDIDATES, chosen);
  if (chosen.models < enough) {
    chosen = new BestOfEachModel();
    await view.exact.run(scorer, entries, chosen);
  }
  const best = new BestHits(query.first + 1, query.after && { ...query.after, index: -1 });
  const byModel = new Map(chosen.list().map((candidate) => [candidate.modelId, candidate]));
  for (const candidate of byModel.values()) best.offer({ ...candidate, index: -1 });
  const list = best.list();
  return {
    hits: list.slice(0, query.first).map((candidate, order) => {
      const found = hit(view, asked, byModel.get(candidate.modelId) ?? candidate, order);
      return { ...found, position: { ...found.position, index: -1 } };
    }),
    hasMore: list.length > query.first,
    candidates: entries.length,
  };
}

/** The same for each concept of a question about whole models. */
export function askAll(view: GalleryView, query: SearchQuery): Promise<Asked[]> {
  const concepts = query.by.kind === 'CONCEPTS' ? query.by.concepts : [];
  return Promise.all(concepts.map((concept) => ask(view, { ...query, by: { kind: 'CONCEPT', ...concept } })));
}

async function ask(view: GalleryView, query: SearchQuery): Promise<Asked> {
  await view.inUse?.scales.extend();
  const { minExpectedAccuracy: least } = query;
  const scorer: Scorer = {
    ...scorerFor(view, query),
    admits:
      least === undefined ? undefined : (descriptor, entry) => (accuracyOf(descriptor, entry) ?? 0) >= least,
  };
  const { models, excludeModels } = query;
  const allowed = models && new Set(models);
  const excluded = new Set(excludeModels);
  const entries = view.entries.filter(
    ({ modelId }) => (allowed?.has(modelId) ?? true) && !excluded.has(modelId),
  );
  return { query, scorer, entries, standing: view.sample.standing(scorer, view.entries) };
}

function scorerFor(view: GalleryView, { by, metric }: SearchQuery): Scorer {
  if (by.kind === 'CONCEPT') return conceptScorer(by, metric, view.inUse);
  if (by.kind === 'EXPRESSION') return expressionScorer(by, metric, view.inUse);
  if (by.kind === 'CONCEPTS') throw new ProbelogError('INPUT_INVALID', 'Several concepts are for models.');
  const descriptor = view.descriptor(by.modelId, by.index);
  if (descriptor) return logitScorer(descriptor, metric, view.inUse);
  throw new ProbelogError('LOGIT_DEGENERATE', 'This logit has no descriptor, so nothing is similar to it.');
}

/**
 * From the first page until the candidates that were compared with each other are passed.
 *
 * A score by consensus changes with the gallery, so the order is remembered while its pages are read: nothing is shown
 * twice or passed over because a model came or went. When it was forgotten, or the basis changed, it is made anew, and
 * reading goes on behind the same logit.
 */
async function headAndTail(view: GalleryView, asked: Asked): Promise<Candidate[]> {
  const { first, after } = asked.query;
  const head = remembered(view, asked) ?? (await newHead(view, asked));
  const listed = new Set(asked.entries.map(({ modelId }) => modelId));
  const ranked = behind(head.ranked, after).filter(({ modelId }) => listed.has(modelId));
  if (ranked.length > first || !head.cut) return ranked;
  const shown = new Set(head.ranked.map(({ row }) => row));
  const rest = await bestOf(view, asked, first + 1 - ranked.length, place(view, asked, head.cut));
  return [...ranked, ...rest.filter(({ row }) => !shown.has(row))];
}

function remembered({ heads }: GalleryView, { query: { after }, scorer }: Asked): Head | undefined {
  return after?.head && after.version === versionOf(scorer) ? heads.get(after.head) : undefined;
}

async function newHead(view: GalleryView, asked: Asked): Promise<Head> {
  const best = await bestOf(view, asked, CONSENSUS_CANDIDATES);
  const id = randomUUID();
  const agreed = await consensusHead(best, view.rows, view.inUse, view.products);
  const last = best.at(-1);
  const head: Head = {
    ranked: agreed.map((candidate) => ({ ...candidate, head: id })),
    cut: last ? positionOf(last, asked.scorer, 0) : null,
  };
  view.heads.set(id, head);
  return head;
}

function behind(ranked: Candidate[], after: SearchPosition | undefined): Candidate[] {
  if (!after) return ranked;
  const here = ranked.findIndex(({ modelId, index }) => modelId === after.modelId && index === after.index);
  if (here >= 0) return ranked.slice(here + 1);
  // It left since: go on behind where it stood.
  const next = ranked.findIndex((candidate) => isBefore(after, candidate));
  return next < 0 ? [] : ranked.slice(next);
}

function tail(view: GalleryView, asked: Asked): Promise<Candidate[]> {
  return bestOf(view, asked, asked.query.first + 1, place(view, asked, asked.query.after));
}

async function bestOf(
  view: GalleryView,
  asked: Asked,
  limit: number,
  after?: SearchPosition,
): Promise<Candidate[]> {
  const best = new BestHits(limit, after);
  const wanted = candidatesFor(asked.query, limit, comparable(asked.entries));
  if (wanted <= MOST_CANDIDATES && usesIndex(view, asked)) await searchIndex(view, asked, wanted, best);
  else await view.exact.run(asked.scorer, asked.entries, best);
  return best.list();
}

/** A position under another basis is scored anew, so that paging goes on behind the same logit. */
function place(
  view: GalleryView,
  { scorer }: Asked,
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
  { query: { models, metric }, scorer, entries }: Asked,
): boolean {
  if (!scorer.inUse?.snapshot.index || models || scorer.admits || metric !== 'SCORE') return false;
  return comparable(entries) > exactLimit;
}

async function searchIndex(
  view: GalleryView,
  { scorer, entries }: Asked,
  wanted: number,
  sink: HitSink,
): Promise<void> {
  const { inUse, indexVectors } = scorer;
  if (!inUse?.snapshot.index) return;
  const { index, indexedRows, rows } = inUse.snapshot;
  const asked = new Set(entries);
  const candidates = new Map<number, GalleryEntry>();
  for (const vector of indexVectors) {
    const { labels } = index.search(Array.from(vector), Math.min(wanted, indexedRows.length));
    for (const label of labels) {
      if (label < 0) continue;
      const row = indexedRows[label];
      const entry = view.entryAt(row);
      if (entry && asked.has(entry)) candidates.set(row, entry);
    }
  }
  await view.exact.pick(scorer, candidates, sink);
  const newer = entries.filter(({ firstRow }) => firstRow >= rows);
  await view.exact.run(scorer, newer, sink);
}

/** A candidate as a result; `order` counts from 0 on its page. */
export function hit(
  view: GalleryView,
  { query, scorer, standing }: Asked,
  candidate: Candidate,
  order: number,
): SearchHit {
  const { modelId, index, value, row } = candidate;
  const descriptor = view.rows.read(row);
  const score = query.metric === 'SCORE' ? value : scorer.score(descriptor, row);
  return {
    modelId,
    index,
    score,
    distance: scorer.distance(descriptor),
    confidence: standing && confidence(score, standing, scorer.curve, runnerUp(view, scorer, candidate)),
    expectedAccuracy: accuracyOf(descriptor, view.entryAt(row)),
    position: positionOf(candidate, scorer, (query.after?.depth ?? 0) + order + 1),
  };
}

function positionOf(
  { value, modelId, index, head }: Candidate,
  scorer: Scorer,
  depth: number,
): SearchPosition {
  return { value, head: head ?? null, modelId, index, version: versionOf(scorer), depth };
}

function accuracyOf(descriptor: Float32Array, entry: GalleryEntry | undefined): number | null {
  const model = entry?.skewness ?? null;
  return model === null ? null : expectedAccuracy(skewness(descriptor), model);
}

/** Logits with a descriptor. */
export function comparable(entries: readonly GalleryEntry[]): number {
  return entries.reduce((sum, { rows, degenerate }) => sum + rows - degenerate.length, 0);
}

function versionOf({ inUse }: Scorer): string {
  return inUse?.snapshot.basis.version ?? 'cold';
}
