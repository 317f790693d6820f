import type { ProbelogClient } from '../../../src/client/index.js';
import type { Filters, SearchAddress } from '../address.js';
import {
  type LogitFilter,
  UiConceptImagesDocument,
  UiFacetsDocument,
  type UiFacetsQuery,
  UiGalleryDocument,
  type UiGalleryQuery,
  type UiProbeFragment,
  UiSearchModelsDocument,
  type UiSearchModelsQuery,
  UiSearchOutputsDocument,
  type UiSearchOutputsQuery,
} from '../generated/operations.js';
import type { Memory } from '../memory.js';
import { queryArguments } from '../query-language.js';
import { MAX_FIRST } from './load-pages.js';

/** What the search page shows. */
export interface SearchData {
  /** The query that was searched for; the address may be ahead. */
  query: string;
  outputs: UiSearchOutputsQuery['logits'] | null;
  models: UiSearchModelsQuery['models'] | null;
  /** Values to filter by; null where the server does not count them. */
  facets: UiFacetsQuery['models'] | null;
  /** Images of the gallery that are nearest to the query. */
  images: UiProbeFragment[];
  gallery: UiGalleryQuery['gallery'] | null;
}

type Wanted = ReturnType<typeof queryArguments> | { image: string };

/** Loads what a search address shows. @param image the image of the address, in base64 */
export async function loadSearch(
  client: ProbelogClient,
  address: SearchAddress,
  image: string | null,
  signal: AbortSignal,
  memory: Memory,
): Promise<SearchData> {
  const wanted: Wanted = image === null ? queryArguments(address.query) : { image };
  const filter = filterOf(address.filters);
  const options = { signal };
  const matching = withoutConfidence(filter);
  const facets = memory.once(`facets ${JSON.stringify(matching)}`, () =>
    client.query(UiFacetsDocument, { matching }, options),
  );
  const images =
    wanted && 'concept' in wanted
      ? memory.once(`images ${wanted.concept}`, () =>
          client.query(UiConceptImagesDocument, { text: wanted.concept }, options),
        )
      : null;
  const results =
    address.of === 'models'
      ? searchModels(client, address, wanted, filter, options, memory)
      : wanted &&
        memory.pages(
          `outputs ${JSON.stringify([wanted, filter])}`,
          address.shown,
          (page) => client.query(UiSearchOutputsDocument, { ...wanted, filter, ...page }, options),
          ({ logits }) => logits,
        );
  const gallery =
    wanted === null ? memory.once('gallery', () => client.query(UiGalleryDocument, {}, options)) : null;
  const [found, counted, shown, searched] = await Promise.all([results, facets, images, gallery]);
  return {
    query: address.query,
    outputs: found && 'logits' in found ? found.logits : null,
    models: found && 'models' in found ? found.models : null,
    facets: counted.models,
    images: shown?.concept.topProbes.map(({ probe }) => probe) ?? [],
    gallery: searched?.gallery ?? null,
  };
}

async function searchModels(
  client: ProbelogClient,
  { sort, shown }: SearchAddress,
  wanted: Wanted,
  filter: LogitFilter,
  options: { signal: AbortSignal },
  memory: Memory,
): Promise<UiSearchModelsQuery> {
  const list =
    wanted === null
      ? { matching: withoutConfidence(filter), sort }
      : 'concept' in wanted
        ? { ...wanted, matching: filter }
        : null;
  if (list)
    return memory.pages(
      `models ${JSON.stringify(list)}`,
      shown,
      (page) => client.query(UiSearchModelsDocument, { ...list, ...page }, options),
      ({ models }) => models,
    );
  // The server finds models by plain concepts only: here they are those of the best outputs.
  const { logits } = await memory.once(`best ${JSON.stringify([wanted, filter])}`, () =>
    client.query(UiSearchOutputsDocument, { ...wanted, filter, first: MAX_FIRST }, options),
  );
  const best = new Map<string, (typeof logits.edges)[number]>();
  for (const edge of logits.edges) if (!best.has(edge.node.model.id)) best.set(edge.node.model.id, edge);
  const edges = [...best.values()].map((edge) => ({ ...edge, node: edge.node.model, bestLogit: edge.node }));
  const { fit, reason } = logits;
  return {
    models: {
      fit,
      reason,
      totalCount: null,
      pageInfo: { hasNextPage: edges.length > shown, endCursor: null },
      edges: edges.slice(0, shown),
    },
  };
}

/** The server's filter. */
function filterOf(filters: Filters): LogitFilter {
  const { registry, license, minOutputs, maxOutputs, minBytes, maxBytes, minConfidence, name } = filters;
  return {
    ...(registry.length > 0 && { registries: registry }),
    ...(license.length > 0 && { licenses: license }),
    minClasses: minOutputs,
    maxClasses: maxOutputs,
    minFileBytes: minBytes,
    maxFileBytes: maxBytes,
    minConfidence,
    modelName: name,
  };
}

/** A list that answers no query has no confidence. */
function withoutConfidence({ minConfidence: _, ...filter }: LogitFilter): LogitFilter {
  return filter;
}
