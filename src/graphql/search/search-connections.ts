import type { ProbeSetRecord } from '../../store/index.js';
import type { NamedQuery } from '../concept/named-query.js';
import type { Context } from '../schema/context.js';
import { pageInfoOf, type SearchArguments, type SearchPage, searchPage } from './search-page.js';

/** Logits that match. A logit that was removed a moment ago is left out. */
export async function logitConnection(
  context: Context,
  probeSet: ProbeSetRecord,
  { query, named }: NamedQuery,
  args: SearchArguments,
  excludeModels?: string[],
) {
  const page = await searchPage(context, probeSet, query, named, args, 'search', excludeModels);
  const nodes = await context.loaders.logit.loadMany(page.results);
  const edges = page.results.flatMap((result, order) => {
    const node = nodes[order];
    if (!node || node instanceof Error) return [];
    return [{ ...matchOf(result), node, query, probeSet }];
  });
  return { edges, pageInfo: pageInfoOf(page), totalCount: page.totalCount };
}

/** Models that match, by their best logit. */
export async function modelConnection(
  context: Context,
  probeSet: ProbeSetRecord,
  { query, named }: NamedQuery,
  args: SearchArguments,
) {
  const page = await searchPage(context, probeSet, query, named, args, 'searchModels');
  const models = await context.loaders.model.loadMany(page.results.map(({ modelId }) => modelId));
  const logits = await context.loaders.logit.loadMany(page.results);
  const edges = page.results.flatMap((result, order) => {
    const node = models[order];
    const best = logits[order];
    if (!node || node instanceof Error) return [];
    return [{ ...matchOf(result), node, bestLogit: best instanceof Error ? null : best }];
  });
  return { edges, pageInfo: pageInfoOf(page), totalCount: page.totalCount };
}

/** What an edge says of a match. */
function matchOf({
  cursor,
  score,
  distance,
  confidence,
  expectedAccuracy,
  expectedAccuracyReason,
}: SearchPage['results'][number]) {
  return { cursor, score, distance, confidence, expectedAccuracy, expectedAccuracyReason };
}
