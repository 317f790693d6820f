import {
  expectedAccuracy,
  type ScoreSpread,
  scoreSpread,
  skewness,
  skewnessFor,
} from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { SearchRequest } from '../search-query.js';
import type { KnownQuery } from './known-queries.js';
import { RowScores } from './row-scores.js';
import { conceptScorer, expressionScorer, logitScorer, type Scorer } from './scorer.js';

/** More than the rounding of {@link skewnessFor}. */
const ROUNDING = 1e-6;

/** A query as numbers, ready to be scored. */
export interface PreparedQuery {
  request: SearchRequest;
  scorer: Scorer;
  scores: RowScores;
  /** Whether a logit may be a result; absent: all may. */
  accepts?(row: number, entry: GalleryEntry): boolean;
  /** Models that the caller does not see. Nothing of them is read. */
  hidden: ReadonlySet<string>;
  /** The models that the caller sees and the filters allow. */
  entries: readonly GalleryEntry[];
  /** The models of the reranked window: these, or more of them (`SearchRequest.galleryWindow`). */
  windowEntries: readonly GalleryEntry[];
  spread: ScoreSpread | null;
  /** Shared by all requests with this query. */
  known: KnownQuery;
  /** Whether the window is that of all models that the caller sees, the same for all requests. */
  hasWholeWindow: boolean;
}

/** Prepares a query. @throws ProbelogError INPUT_INVALID, LOGIT_DEGENERATE */
export async function prepareQuery(view: GalleryView, request: SearchRequest): Promise<PreparedQuery> {
  const { models, excludeModels, galleryWindow, hidden, minExpectedAccuracy } = request;
  const visible = view.without(hidden);
  await view.active?.projections.extend();
  const known = await view.queries.get(view, visible, request, () => knownQuery(view, visible, request));
  const { scorer, scores, spread } = known;
  const entries = filtered(visible, models, excludeModels);
  const windowEntries = galleryWindow ? filtered(visible, undefined, excludeModels) : entries;
  return {
    request,
    scorer,
    scores,
    accepts: minExpectedAccuracy === undefined ? undefined : atLeast(view, minExpectedAccuracy),
    hidden: new Set(hidden),
    entries,
    windowEntries,
    spread,
    known,
    hasWholeWindow: windowEntries === visible && minExpectedAccuracy === undefined,
  };
}

async function knownQuery(
  view: GalleryView,
  visible: readonly GalleryEntry[],
  request: SearchRequest,
): Promise<KnownQuery> {
  const scorer = await scorerFor(view, request);
  const sampled = view.sample.scores(scorer, visible);
  return {
    scorer,
    scores: new RowScores(view.rows, scorer, sampled),
    spread: sampled && scoreSpread(sampled.scores),
    ranking: null,
    runnerUps: new Map(),
  };
}

/** The same query from its first result by score. */
export function byScore(prepared: PreparedQuery): PreparedQuery {
  const scorer: Scorer = { ...prepared.scorer, metric: 'SCORE' };
  return {
    ...prepared,
    request: { ...prepared.request, metric: 'SCORE', after: undefined },
    scorer,
    scores: prepared.scores.orderedBy(scorer),
  };
}

/** Prepares one query per concept, for a search of models by several concepts. */
export function prepareQueries(view: GalleryView, request: SearchRequest): Promise<PreparedQuery[]> {
  const concepts = request.query.kind === 'CONCEPTS' ? request.query.concepts : [];
  return Promise.all(
    concepts.map((concept) => prepareQuery(view, { ...request, query: { kind: 'CONCEPT', ...concept } })),
  );
}

/** Expected accuracy of the logit of a row, 0 to 1; null when its model has too few outputs. */
export function accuracyOf(
  { active, rows }: Pick<GalleryView, 'active' | 'rows'>,
  row: number,
  entry: GalleryEntry | undefined,
): number | null {
  const model = entry?.skewness ?? null;
  if (model === null) return null;
  return expectedAccuracy(skewnessOf({ active, rows }, row, entry), model);
}

/** Of a partly probed logit, as completed without others' responses. */
function skewnessOf(
  { active, rows }: Pick<GalleryView, 'active' | 'rows'>,
  row: number,
  entry: GalleryEntry | undefined,
): number {
  const own = entry?.skewnesses?.[row - entry.firstRow];
  if (own !== undefined) return own;
  return active ? active.projections.skewnessOf(row) : skewness(rows.read(row));
}

/** Whether a row's expected accuracy is at least this. Most rows are decided without an exponential function. */
function atLeast(view: GalleryView, accuracy: number): NonNullable<PreparedQuery['accepts']> {
  let model: GalleryEntry | undefined;
  let lowest = Number.POSITIVE_INFINITY;
  return (row, entry) => {
    if (entry !== model) {
      model = entry;
      lowest =
        entry.skewness === null ? Number.POSITIVE_INFINITY : skewnessFor(accuracy, entry.skewness) - ROUNDING;
    }
    return skewnessOf(view, row, entry) >= lowest && (accuracyOf(view, row, entry) ?? 0) >= accuracy;
  };
}

/** Version of the basis that scores are computed with. */
export function versionOf({ active }: Scorer): string {
  return active?.snapshot.basis.version ?? 'cold';
}

async function scorerFor(view: GalleryView, { query, metric, hidden }: SearchRequest): Promise<Scorer> {
  const { active, rows, certaintyOf } = view;
  const context = { metric, active, rows, certaintyOf };
  if (query.kind === 'CONCEPT') return conceptScorer(query, context);
  if (query.kind === 'EXPRESSION') return expressionScorer(query, context);
  if (query.kind === 'CONCEPTS')
    throw new ProbelogError('INPUT_INVALID', 'Only models can be searched by several concepts.');
  const row = hidden?.includes(query.modelId) ? null : view.rowOf(query.modelId, query.index);
  if (row !== null) return logitScorer(view.rows.read(row), row, context);
  throw new ProbelogError(
    'LOGIT_DEGENERATE',
    'This logit has no descriptor, so no logit can be compared with it.',
  );
}

function filtered(
  entries: readonly GalleryEntry[],
  models: readonly string[] | undefined,
  excludeModels: readonly string[] | undefined,
): readonly GalleryEntry[] {
  if (!models && !excludeModels) return entries;
  const allowed = models && new Set(models);
  const excluded = new Set(excludeModels);
  return entries.filter(({ modelId }) => (allowed?.has(modelId) ?? true) && !excluded.has(modelId));
}
