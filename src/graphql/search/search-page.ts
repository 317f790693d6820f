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
import { checkFirst } from '../pagination/check-first.js';
import { decodeCursor, encodeCursor } from '../pagination/cursor.js';
import type { PageArguments } from '../pagination/pages.js';
import type { Context } from '../schema/context.js';
import { keyOf } from '../schema/global-id.js';
import { checkFilter } from './check-filter.js';
import type { LogitFilter } from './search-input.js';

/** A page of search results, as a query asks for it. */
export interface SearchArguments extends PageArguments {
  metric: SearchMetric;
  filter?: LogitFilter | null;
  /** The argument that the filter was written in. */
  filterName?: string;
  /** Only logits of models of which this holds. */
  models?: Pick<StoredModelFilter, 'exactName' | 'status' | 'tag' | 'alias'>;
}

const position: z.ZodType<SearchPosition> = z.strictObject({
  value: z.number(),
  head: z.string().max(64).nullable(),
  modelId: z.uuid(),
  index: z.int().min(-1),
  version: z.string().max(64),
  depth: z.int().min(0).max(1e9),
});

/** One page of hits with their cursors. */
export interface SearchPage {
  hits: (SearchResult & { cursor: string })[];
  hasMore: boolean;
  /** Results on all pages; null when that is not known. */
  totalCount: number | null;
}

/**
 * Reads one page of search results.
 *
 * @param subject what is looked for
 * @param named the same in a form that a cursor can be bound to
 * @param of logits, or whole models
 * @throws ProbelogError INPUT_INVALID, CURSOR_INVALID, ID_INVALID, LOGIT_DEGENERATE
 */
export async function searchPage(
  context: Context,
  probeSet: ProbeSetRecord,
  subject: SearchQuery,
  named: unknown,
  args: SearchArguments,
  of: 'search' | 'searchModels',
  excludeModels: string[] = [],
): Promise<SearchPage> {
  const { first, after, metric, filter, models } = args;
  checkFirst(first);
  const bound = [of, probeSet.id, named, metric, filter ?? null, models ?? null];
  const minExpectedAccuracy = filter?.minExpectedAccuracy ?? undefined;
  const query: SearchRequest = {
    query: subject,
    metric,
    first,
    after: after ? decodeCursor(bound, after, position) : undefined,
    minExpectedAccuracy,
    models: await allowedModels(context, probeSet, args),
    excludeModels: [...excludeModels, ...(filter?.excludeModels ?? []).map((id) => keyOf('Model', id))],
  };
  const answer: SearchResults = await context.search[of](probeSet.id, query);
  const hits = answer.results.map((hit) => ({ ...hit, cursor: encodeCursor(bound, hit.position) }));
  // How many are accurate enough is known only when each was looked at.
  const totalCount = minExpectedAccuracy === undefined ? answer.candidates : null;
  return { hits, hasMore: answer.hasMore, totalCount };
}

async function allowedModels(
  { store }: Context,
  probeSet: ProbeSetRecord,
  { filter, filterName, models }: SearchArguments,
): Promise<string[] | undefined> {
  if (filter) checkFilter(filter, filterName);
  const listed = filter?.models?.map((id) => keyOf('Model', id));
  const conditions = { ...(filter ? conditionsOf(filter) : {}), ...models };
  if (Object.values(conditions).every((condition) => condition === undefined)) return listed;
  const matching = await store.models.ids({ ...conditions, probeSetId: probeSet.id });
  if (!listed) return matching;
  const wanted = new Set(listed);
  return matching.filter((id) => wanted.has(id));
}

/** A filter's conditions on models, as the store takes them. */
export function conditionsOf(filter: LogitFilter) {
  return {
    text: filter.modelText ?? undefined,
    name: filter.modelName ?? undefined,
    registry: filter.registry ?? undefined,
    licenses: filter.licences ?? undefined,
    maxFileBytes: filter.maxFileBytes ?? undefined,
    minOutputs: filter.minClasses ?? undefined,
    maxOutputs: filter.maxClasses ?? undefined,
    minCoverage: filter.minCoverage ?? undefined,
  };
}

/** The shape of every connection of search results. */
export function pageInfoOf({ hits, hasMore }: SearchPage) {
  return { hasNextPage: hasMore, endCursor: hits.at(-1)?.cursor ?? null };
}
