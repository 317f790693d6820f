import { expectedAccuracy, type Standing, skewness } from '../../domain/index.js';
import { ProbelogError } from '../../errors/index.js';
import type { GalleryView } from '../gallery/gallery-view.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { SearchQuery } from '../search-query.js';
import { conceptScorer, expressionScorer, logitScorer, type Scorer } from './scorer.js';

/** What a question comes to, before anything is ranked. */
export interface PreparedQuery {
  query: SearchQuery;
  scorer: Scorer;
  entries: GalleryEntry[];
  standing: Standing | null;
}

/** Puts a question into numbers. @throws ProbelogError INPUT_INVALID, LOGIT_DEGENERATE */
export async function ask(view: GalleryView, query: SearchQuery): Promise<PreparedQuery> {
  await view.inUse?.scales.extend();
  const { models, excludeModels, minExpectedAccuracy: least } = query;
  const scorer: Scorer = {
    ...scorerFor(view, query),
    admits:
      least === undefined
        ? undefined
        : (descriptor, entry) => {
            const accuracy = accuracyOf(descriptor, entry);
            return accuracy !== null && accuracy >= least;
          },
  };
  const allowed = models && new Set(models);
  const excluded = new Set(excludeModels);
  const entries = view.entries.filter(
    ({ modelId }) => (allowed?.has(modelId) ?? true) && !excluded.has(modelId),
  );
  return { query, scorer, entries, standing: view.sample.standing(scorer, view.entries) };
}

/** The same for each concept of a question about whole models. */
export function prepareQueries(view: GalleryView, query: SearchQuery): Promise<PreparedQuery[]> {
  const concepts = query.by.kind === 'CONCEPTS' ? query.by.concepts : [];
  return Promise.all(concepts.map((concept) => ask(view, { ...query, by: { kind: 'CONCEPT', ...concept } })));
}

/** Accuracy that a logit's responses let expect; null when its model has too few outputs to tell. */
export function accuracyOf(descriptor: Float32Array, entry: GalleryEntry | undefined): number | null {
  const model = entry?.skewness ?? null;
  return model === null ? null : expectedAccuracy(skewness(descriptor), model);
}

/** The basis that scores were computed under. */
export function versionOf({ inUse }: Scorer): string {
  return inUse?.snapshot.basis.version ?? 'cold';
}

function scorerFor(view: GalleryView, { by, metric }: SearchQuery): Scorer {
  const setting = { metric, inUse: view.inUse, certaintyOf: view.certaintyOf };
  if (by.kind === 'CONCEPT') return conceptScorer(by, setting);
  if (by.kind === 'EXPRESSION') return expressionScorer(by, setting);
  if (by.kind === 'CONCEPTS') throw new ProbelogError('INPUT_INVALID', 'Several concepts are for models.');
  const descriptor = view.descriptor(by.modelId, by.index);
  if (descriptor) return logitScorer(descriptor, setting);
  throw new ProbelogError('LOGIT_DEGENERATE', 'This logit has no descriptor, so nothing is similar to it.');
}
