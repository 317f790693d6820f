import type { Matrix } from '../domain/index.js';
import type {
  GalleryPrior,
  GalleryStats,
  LogitName,
  NamesRequest,
  SearchModel,
  SearchProbeSet,
  SearchRequest,
  SearchResults,
  SearchSettings,
} from './search-query.js';

/** What the search process can be asked, with its arguments and its answer. */
export interface SearchCalls {
  open(options: { folder: string; settings: SearchSettings }): { faissProblem: string | null };
  sync(probeSet: SearchProbeSet, models: SearchModel[]): undefined;
  add(probeSet: SearchProbeSet, model: SearchModel): undefined;
  remove(probeSetId: string, modelId: string): undefined;
  search(probeSetId: string, query: SearchRequest, signal?: AbortSignal): SearchResults;
  searchModels(probeSetId: string, query: SearchRequest, signal?: AbortSignal): SearchResults;
  descriptor(probeSetId: string, modelId: string, index: number): Float32Array | null;
  /** Null when one of the models is not in the gallery. */
  similarity(probeSetId: string, modelId: string, otherModelId: string): Matrix | null;
  /** For each output asked for its names, best first; null for one without a descriptor. */
  names(probeSetId: string, query: NamesRequest, signal?: AbortSignal): (LogitName[] | null)[];
  /** @param excludeModels models that do not count */
  stats(probeSetId: string, excludeModels?: string[]): GalleryStats | null;
  /** What models of this probe set are completed with; null while there is too little to learn it from. */
  prior(probeSetId: string): GalleryPrior | null;
  settled(): undefined;
}

/** Calls that can be ended early; their last argument in the process is a signal of its own. */
export const CANCELLABLE: ReadonlySet<keyof SearchCalls> = new Set(['search', 'searchModels', 'names']);

/** Any one call, by number; or the wish that one ends. */
export type WorkerRequest = { id: number; method: keyof SearchCalls; args: unknown[] } | { cancel: number };

/** The answer to the request with this number. */
export type WorkerReply =
  | { id: number; value: unknown }
  | { id: number; error: { code: string | null; message: string } };
