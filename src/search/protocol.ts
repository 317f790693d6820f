import type { Matrix } from '../domain/index.js';
import type {
  GalleryPrior,
  GalleryStats,
  LogitName,
  MapPage,
  NamesRequest,
  OutputMatches,
  SearchModel,
  SearchProbeSet,
  SearchRequest,
  SearchResults,
  SearchSettings,
  SyncReport,
} from './search-query.js';

/** The methods of the search worker. Those with a `signal` can be cancelled. */
export interface SearchCalls {
  open(options: { folder: string; settings: SearchSettings }): { faissProblem: string | null };
  sync(probeSet: SearchProbeSet, models: SearchModel[]): SyncReport;
  add(probeSet: SearchProbeSet, model: SearchModel): undefined;
  remove(probeSetId: string, modelId: string): undefined;
  search(probeSetId: string, request: SearchRequest, signal?: AbortSignal): SearchResults;
  searchModels(probeSetId: string, request: SearchRequest, signal?: AbortSignal): SearchResults;
  descriptor(probeSetId: string, modelId: string, index: number): Float32Array | null;
  /** Null when a model is not in the gallery. */
  similarity(probeSetId: string, modelId: string, otherModelId: string): Matrix | null;
  /** Null when a model is not in the gallery. */
  matches(
    probeSetId: string,
    modelId: string,
    otherModelId: string,
    signal?: AbortSignal,
  ): OutputMatches | null;
  /** The names of each requested output, best first; null for an output without a descriptor. */
  names(probeSetId: string, request: NamesRequest, signal?: AbortSignal): (LogitName[] | null)[];
  /** @param hidden models that the caller does not see */
  stats(probeSetId: string, hidden?: readonly string[]): GalleryStats | null;
  /** Some points of the map, which is made when it is first wanted. @param hidden models that the caller does not see */
  map(probeSetId: string, page: { from: number; first: number; hidden?: readonly string[] }): MapPage;
  /** The prior for models of this probe set; null while too few models are fully probed. */
  prior(probeSetId: string): GalleryPrior | null;
  settled(): undefined;
}
