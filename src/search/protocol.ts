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

/** The calls that the search process answers. */
export interface SearchCalls {
  open(options: { folder: string; settings: SearchSettings }): { faissProblem: string | null };
  sync(probeSet: SearchProbeSet, models: SearchModel[]): undefined;
  add(probeSet: SearchProbeSet, model: SearchModel): undefined;
  remove(probeSetId: string, modelId: string): undefined;
  search(probeSetId: string, request: SearchRequest, signal?: AbortSignal): SearchResults;
  searchModels(probeSetId: string, request: SearchRequest, signal?: AbortSignal): SearchResults;
  descriptor(probeSetId: string, modelId: string, index: number): Float32Array | null;
  /** Null when a model is not in the gallery. */
  similarity(probeSetId: string, modelId: string, otherModelId: string): Matrix | null;
  /** Names for each output, best first; null for an output without a descriptor. */
  names(probeSetId: string, request: NamesRequest, signal?: AbortSignal): (LogitName[] | null)[];
  /** @param excludeModels models to leave out of the counts */
  stats(probeSetId: string, excludeModels?: string[]): GalleryStats | null;
  /** The prior for models of this probe set; null while too few models are fully probed. */
  prior(probeSetId: string): GalleryPrior | null;
  settled(): undefined;
}

/** Calls that can be cancelled. In the search process, their last argument is a signal. */
export const CANCELLABLE: ReadonlySet<keyof SearchCalls> = new Set(['search', 'searchModels', 'names']);

/** A numbered call, or the cancellation of one. */
export type WorkerRequest = { id: number; method: keyof SearchCalls; args: unknown[] } | { cancel: number };

/** The result of the call with this number. */
export type WorkerReply =
  | { id: number; value: unknown }
  | { id: number; error: { code: string | null; message: string } };
