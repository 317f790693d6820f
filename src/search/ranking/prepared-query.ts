import { expectedAccuracy, type ScoreSpread, skewness } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { SearchRequest } from '../search-query.js';
import { conceptScorer, expressionScorer, logitScorer, type Scorer } from './scorer.js';

/** A query as numbers, ready to be scored. */
export interface PreparedQuery {
  request: SearchRequest;
  scorer: Scorer;
  /** Models that the caller does not see. Nothing of them is read. */
  hidden: ReadonlySet<string>;
  /** The models that the caller sees and the filters allow. */
  entries: GalleryEntry[];
  spread: ScoreSpread | null;
}

/** Prepares a query. @throws ProbelogError INPUT_INVALID, LOGIT_DEGENERATE */
export async function prepareQuery(view: GalleryView, request: SearchRequest): Promise<PreparedQuery> {
  await view.active?.scales.extend();
  const { models, excludeModels, minExpectedAccuracy } = request;
  const scorer: Scorer = {
    ...scorerFor(view, request),
    accepts:
      minExpectedAccuracy === undefined
        ? undefined
        : (descriptor, entry) => {
            const accuracy = accuracyOf(descriptor, entry);
            return accuracy !== null && accuracy >= minExpectedAccuracy;
          },
  };
  const allowed = models && new Set(models);
  const excluded = new Set(excludeModels);
  const visible = view.without(request.hidden);
  const entries = visible.filter(({ modelId }) => (allowed?.has(modelId) ?? true) && !excluded.has(modelId));
  const spread = view.sample.scoreSpread(scorer, visible);
  return { request, scorer, hidden: new Set(request.hidden), entries, spread };
}

/** Prepares one query per concept, for a search of models by several concepts. */
export function prepareQueries(view: GalleryView, request: SearchRequest): Promise<PreparedQuery[]> {
  const concepts = request.query.kind === 'CONCEPTS' ? request.query.concepts : [];
  return Promise.all(
    concepts.map((concept) => prepareQuery(view, { ...request, query: { kind: 'CONCEPT', ...concept } })),
  );
}

/** Expected accuracy of a logit, 0 to 1; null when its model has too few outputs. */
export function accuracyOf(descriptor: Float32Array, entry: GalleryEntry | undefined): number | null {
  const model = entry?.skewness ?? null;
  return model === null ? null : expectedAccuracy(skewness(descriptor), model);
}

/** Version of the basis that scores are computed with. */
export function versionOf({ active }: Scorer): string {
  return active?.snapshot.basis.version ?? 'cold';
}

function scorerFor(view: GalleryView, { query, metric, hidden }: SearchRequest): Scorer {
  const context = { metric, active: view.active, certaintyOf: view.certaintyOf };
  if (query.kind === 'CONCEPT') return conceptScorer(query, context);
  if (query.kind === 'EXPRESSION') return expressionScorer(query, context);
  if (query.kind === 'CONCEPTS')
    throw new ProbelogError('INPUT_INVALID', 'Only models can be searched by several concepts.');
  const descriptor = hidden?.includes(query.modelId) ? null : view.descriptor(query.modelId, query.index);
  if (descriptor) return logitScorer(descriptor, context);
  throw new ProbelogError(
    'LOGIT_DEGENERATE',
    'This logit has no descriptor, so no logit can be compared with it.',
  );
}
