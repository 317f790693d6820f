import type { FoundOutput, ProbeSetRecord } from '../../store/index.js';
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
  return connectionOf(context, page, ({ logit: node }) => ({ node, query, probeSet }));
}

/** Models that match, by their best logit. */
export async function modelConnection(
  context: Context,
  probeSet: ProbeSetRecord,
  { query, named }: NamedQuery,
  args: SearchArguments,
) {
  const page = await searchPage(context, probeSet, query, named, args, 'searchModels');
  const models = await connectionOf(context, page, ({ logit, model }) => ({ node: model, bestLogit: logit }));
  return { ...models, conditions: page.conditions };
}

async function connectionOf<Own extends object>(
  { loaders }: Context,
  page: SearchPage,
  ownOf: (output: FoundOutput) => Own,
) {
  const outputs = await Promise.all(page.results.map((result) => loaders.found.load(result)));
  const edges = page.results.flatMap((result, order) => {
    const output = outputs[order];
    if (!output) return [];
    const { score, distance, confidence, expectedAccuracy, expectedAccuracyReason } = result;
    const match = { score, distance, confidence, expectedAccuracy, expectedAccuracyReason };
    return [Object.assign(lazyCursor(page, result), match, ownOf(output))];
  });
  const { totalCount, answer } = page;
  return { edges, pageInfo: pageInfoOf(page), totalCount, fit: answer?.fit, reason: answer?.reason };
}

function lazyCursor({ cursorOf }: SearchPage, result: SearchPage['results'][number]) {
  return {
    get cursor() {
      return cursorOf(result);
    },
  };
}
