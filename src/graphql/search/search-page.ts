import { z } from 'zod';
import type {
  SearchMetric,
  SearchPosition,
  SearchQuery,
  SearchRequest,
  SearchResult,
  SearchResults,
} from '../../search/index.js';
import type { ProbeSetRecord, ModelFilter as StoredModelFilter } from '../../store/index.js';
import type { PageArguments } from '../pagination/pages.js';
import { checkFirst } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { keyOf } from '../schema/global-id.js';
import { checkFilter, conditionsOf, type LogitFilter, namedModelsOf } from './logit-filter.js';

/** A page of search results, as a query asks for it. */
export interface SearchArguments extends PageArguments {
  metric: SearchMetric;
  filter?: LogitFilter | null;
  /** The argument that the filter was written in. */
  filterName?: string;
  /** Only logits of models of which this holds. */
  models?: Pick<StoredModelFilter, 'exactName' | 'status' | 'tag' | 'alias'>;
  /** See `SearchRequest.galleryWindow`. */
  galleryWindow?: boolean;
}

const position: z.ZodType<SearchPosition> = z.strictObject({
  value: z.number(),
  head: z.string().max(64).nullable(),
  modelId: z.uuid(),
  index: z.int().min(-1),
  version: z.string().max(64),
  depth: z.int().min(0).max(1e9),
});

/** One page of results. */
export interface SearchPage {
  results: SearchResult[];
  /** Makes the cursor of a result. Sealing costs more than most fields, and many operations ask for none. */
  cursorOf(result: SearchResult): string;
  hasMore: boolean;
  /** Results on all pages; null when that is not known. */
  totalCount: number | null;
  answer: SearchResults['answer'];
  /** What all results have in common, to count their models by; null where `totalCount` is. */
  conditions: StoredModelFilter | null;
}

/**
 * Reads one page of search results.
 *
 * @param named the query in a form that a cursor can be bound to
 * @param of logits, or whole models
 * @throws ProbelogError INPUT_INVALID, CURSOR_INVALID, ID_INVALID, LOGIT_DEGENERATE
 */
export async function searchPage(
  context: Context,
  probeSet: ProbeSetRecord,
  query: SearchQuery,
  named: unknown,
  { first, after, metric, filter: given, filterName, models, galleryWindow }: SearchArguments,
  of: 'search' | 'searchModels',
  excludeModels: string[] = [],
): Promise<SearchPage> {
  checkFirst(first);
  const filter = given ? checkFilter(given, filterName) : {};
  const bound = [of, probeSet.id, named, metric, given ?? null, models ?? null];
  const minExpectedAccuracy = filter.minExpectedAccuracy ?? undefined;
  const minConfidence = filter.minConfidence ?? undefined;
  const request: SearchRequest = {
    query,
    metric,
    first,
    after: after ? context.cursors.decode(bound, after, position) : undefined,
    minExpectedAccuracy,
    minConfidence,
    models: await allowedModels(context, probeSet, filter, models),
    galleryWindow,
    excludeModels: [...excludeModels, ...(filter.excludeModels ?? []).map((id) => keyOf('Model', id))],
  };
  const found: SearchResults = await context.search[of](probeSet.id, request);
  // How many results are accurate or certain enough is known only after looking at each.
  const isCounted = minExpectedAccuracy === undefined && minConfidence === undefined;
  const totalCount = isCounted ? found.candidates : null;
  return {
    results: found.results,
    cursorOf: ({ position }) => context.cursors.encode(bound, position),
    hasMore: found.hasMore,
    totalCount,
    answer: found.answer,
    conditions: isCounted ? searchedModels(probeSet, filter, models) : null,
  };
}

/** The models that a search can find, as the store takes them. */
function searchedModels(
  { id: probeSetId }: ProbeSetRecord,
  filter: LogitFilter,
  models: SearchArguments['models'],
): StoredModelFilter {
  return { ...conditionsOf(filter), ...namedModelsOf(filter), ...models, probeSetId, searchable: true };
}

/** The models that a search may find; undefined when any. */
async function allowedModels(
  { store }: Context,
  probeSet: ProbeSetRecord,
  filter: LogitFilter,
  models: SearchArguments['models'],
): Promise<string[] | undefined> {
  const listed = filter.models?.map((id) => keyOf('Model', id));
  const conditions = { ...conditionsOf(filter), ...models };
  if (Object.values(conditions).every((condition) => condition === undefined)) return listed;
  const matching = await store.models.ids({ ...conditions, probeSetId: probeSet.id });
  if (!listed) return matching;
  const allowed = new Set(listed);
  return matching.filter((id) => allowed.has(id));
}

/** The `pageInfo` of search results. */
export function pageInfoOf({ results, hasMore, cursorOf }: SearchPage) {
  const last = results.at(-1);
  return {
    hasNextPage: hasMore,
    get endCursor() {
      return last ? cursorOf(last) : null;
    },
  };
}
