import type { GalleryStats, Search, SearchRequest } from '../../search/index.js';

/** The caller of a search. */
export interface Searcher {
  /** Ids of the models that the caller does not see. */
  hidden(): Promise<readonly string[]>;
  /** Aborts the searches when the client disconnects. */
  signal?: AbortSignal;
}

/**
 * The search of a caller who does not see every model: as if the others did not exist. They are left out before ranking, so
 * that pages stay full, counts are right, and confidence and names come from what the caller sees.
 */
export function searchVisibleTo(search: Search, { hidden, signal }: Searcher): Search {
  const hides = async (modelId: string) => (await hidden()).includes(modelId);
  const seen = async (request: SearchRequest): Promise<SearchRequest> => {
    const unseen = await hidden();
    return unseen.length === 0 ? request : { ...request, hidden: unseen };
  };
  return {
    ...search,
    search: async (probeSetId, query) => search.search(probeSetId, await seen(query), signal),
    searchModels: async (probeSetId, query) => search.searchModels(probeSetId, await seen(query), signal),
    descriptor: async (probeSetId, modelId, index) =>
      (await hides(modelId)) ? null : search.descriptor(probeSetId, modelId, index),
    similarity: async (probeSetId, modelId, otherModelId) =>
      (await hides(modelId)) || (await hides(otherModelId))
        ? null
        : search.similarity(probeSetId, modelId, otherModelId),
    matches: async (probeSetId, modelId, otherModelId) =>
      (await hides(modelId)) || (await hides(otherModelId))
        ? null
        : search.matches(probeSetId, modelId, otherModelId, signal),
    names: async (probeSetId, query) =>
      (await hides(query.modelId))
        ? (query.indexes ?? []).map(() => null)
        : search.names(probeSetId, { ...query, hidden: await hidden() }, signal),
    map: async (probeSetId, page) => search.map(probeSetId, { ...page, hidden: await hidden() }),
    stats: async (probeSetId) => {
      const unseen = await hidden();
      const stats = await search.stats(probeSetId, [...unseen]);
      return stats && unseen.length > 0 ? withoutSums(stats) : stats;
    },
  };
}

/** Basis and prior are learned from all models, and their sums would tell how many there are. */
function withoutSums(stats: GalleryStats): GalleryStats {
  return { ...stats, prior: null };
}
