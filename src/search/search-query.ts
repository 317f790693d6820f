import type { AnswerFit } from '../domain/index.js';

/** A concept as the probes of a set see it. */
export interface ConceptTerm {
  /** P cosines of the concept with the probes. */
  cosines: Float32Array;
  /** P weights with mean 0 and deviation 1; their product with a descriptor, divided by P, is the score. */
  weights: Float32Array;
  /** What its confidence is calibrated with; typical values when absent. */
  background?: {
    of: 'TEXT' | 'IMAGE';
    /** Share of the vocabulary's texts (of an image: of the probes) that the probes show no better, 0 to 1. */
    shown: number;
    /** A `.npy` file, float32, V × P: the vocabulary as queries. */
    vocabularyPath: string;
  };
}

/** All of, any of, none of some concepts; `all` or `any` must hold at least one. */
export interface ExpressionQuery {
  kind: 'EXPRESSION';
  all: ConceptTerm[];
  any: ConceptTerm[];
  none: ConceptTerm[];
}

/** What is searched for: a concept (or an image, as its vectors), an expression, or a logit. */
export type SearchQuery =
  | ({ kind: 'CONCEPT' } & ConceptTerm)
  | ExpressionQuery
  | {
      /** For models only: each of these concepts, by any of the model's logits. */
      kind: 'CONCEPTS';
      concepts: ConceptTerm[];
    }
  | { kind: 'LOGIT'; modelId: string; index: number };

/**
 * How results are ordered. SCORE: by our score, higher is better (docs/architecture.md, formulas 4 and 5). ASYMMETRIC: by
 * the discrepancy of arXiv 2502.09619, lower is better.
 */
export type SearchMetric = 'SCORE' | 'ASYMMETRIC';

/** A position in a list of results. The next page follows it, even if models were added or removed. Part of cursors. */
export interface SearchPosition {
  /** The score, or the negative distance for ASYMMETRIC. */
  value: number;
  /** Id of the reranked window that it lies in; null behind the window. */
  head: string | null;
  modelId: string;
  /** Output index; −1 in a list of models. */
  index: number;
  /** Version of the basis that `value` was computed with. */
  version: string;
  /** Number of results up to and including this one. */
  depth: number;
}

/** A query with its filters and page. */
export interface SearchRequest {
  query: SearchQuery;
  metric: SearchMetric;
  /** Maximum number of results, ≥ 0. */
  first: number;
  after?: SearchPosition;
  /** Only logits of these models. */
  models?: string[];
  /** No logits of these models. */
  excludeModels?: string[];
  /**
   * Whether the reranked window is that of all models, whatever `models` says: then each logit has the score that a search
   * without `models` gives it. Otherwise few models have a window of their own, which orders them better.
   */
  galleryWindow?: boolean;
  /** Models that the caller does not see: the search is as if they were not in the gallery. */
  hidden?: readonly string[];
  /** Only logits with at least this expected accuracy, 0 to 1. */
  minExpectedAccuracy?: number;
  /** Only results with at least this confidence, 0 to 1. */
  minConfidence?: number;
}

/** One logit that matches, or the best logit of a model that does. */
export interface SearchResult {
  modelId: string;
  index: number;
  /** Higher is better; comparable within one query. */
  score: number;
  /** The paper's discrepancy, ≥ 0. */
  distance: number;
  /**
   * Probability that it is right, 0 to 1; null in a gallery that is too small, and for a query by logit in a gallery
   * without a basis.
   */
  confidence: number | null;
  /** Expected accuracy from its responses alone, 0 to 1; null for a model of fewer than three outputs. */
  expectedAccuracy: number | null;
  /** Why `expectedAccuracy` is null; null otherwise. */
  expectedAccuracyReason: 'TOO_FEW_OUTPUTS' | null;
  /** Where the next page starts. */
  position: SearchPosition;
}

/** A name from a vocabulary for an output. */
export interface LogitName {
  /** Index in the vocabulary. */
  name: number;
  /** Correlation of the name's weights with the descriptor, −1 to 1. */
  score: number;
  /** Probability that the name is right, 0 to 1; null in a gallery that is too small. */
  confidence: number | null;
}

/** For each logit of a model the nearest one of another. */
export interface Nearest {
  /** Its index in the other model; −1 for a degenerate logit. */
  places: Int32Array;
  cosines: Float32Array;
}

/** How the logits of two models match. */
export interface OutputMatches {
  rows: number;
  columns: number;
  /** rows × columns: each cosine times 127, rounded; −128 where a logit is degenerate. */
  cells: Int8Array;
  ofRows: Nearest;
  ofColumns: Nearest;
}

/** Which outputs to name, and from which vocabulary. */
export interface NamesRequest {
  modelId: string;
  /** Outputs; all when absent. */
  indexes?: number[];
  /** A `.npy` file, float32, V × P: the vocabulary as queries. */
  vocabularyPath: string;
  /** As in {@link SearchRequest}. */
  hidden?: readonly string[];
  /** Maximum number of names per output. */
  first: number;
}

/** One page of results, best first. */
export interface SearchResults {
  results: SearchResult[];
  hasMore: boolean;
  /** Logits or models that were searched, on all pages. */
  candidates: number;
  /** How well the gallery answers the query; null where confidence is null, and when nothing was searched. */
  answer: AnswerFit | null;
}

/** The part of a probe set that search needs. */
export interface SearchProbeSet {
  id: string;
  /** P */
  probes: number;
}

/** The part of a model that search needs. */
export interface SearchModel {
  modelId: string;
  responsesDigest: string;
  /** C */
  outputs: number;
  /** Whether its outputs are independent labels; absent: they are not. */
  multiLabel?: boolean;
  /** A `.npy` file: float16, C × P, row-major. */
  responsesPath: string;
}

/** A model that a gallery leaves out. */
export interface UnreadableModel {
  modelId: string;
  /** Why, as a clause, such as "the file of its responses is missing". */
  problem: string;
}

/** What a sync found. */
export interface SyncReport {
  /** The models of the list that are left out. */
  unreadable: UnreadableModel[];
  /** Sentences about derived files that were damaged and are built again. */
  rebuilt: string[];
}

/** The prior that completes new models of a gallery. */
export interface GalleryPrior {
  /** File of a `ResponsePrior`; the next build writes another one. */
  path: string;
  /** Fully probed models and logits that it was fitted to. */
  fullyProbed: { models: number; logits: number };
}

/** The state of one probe set's gallery. */
export interface GalleryStats {
  models: number;
  /** With a descriptor. */
  logits: number;
  degenerate: number;
  /** FAISS above the exact limit, where it can be loaded; the exact scan otherwise. */
  index: 'FAISS' | 'EXACT';
  faissAvailable: boolean;
  /** Null in a gallery too small for one. */
  basis: { version: string; rank: number; logits: number } | null;
  /** The prior that completes partly probed models; null while too few models are fully probed. */
  prior: {
    version: string;
    /** Fully probed models and logits that it was fitted to. */
    models: number;
    logits: number;
    /** Families of similar models, including the whole gallery. */
    families: number;
    /** Directions of the whole gallery. */
    rank: number;
    /** Squared error per probe of held-out models, completed from a third of the probes. */
    expectedError: number;
  } | null;
  rebuilding: boolean;
  /** Rows scanned exactly since the process started, including those of cancelled searches. */
  scannedRows: number;
}

/** Some points of a gallery's map. */
export interface MapPage {
  /** TOO_SMALL: the gallery has no basis yet. MAKING: there is no map yet. */
  state: 'TOO_SMALL' | 'MAKING' | 'READY';
  /** Of the map: pages of another version are of another map. Null when there is none. */
  version: string | null;
  /** Whether a newer map is being made. */
  isMaking: boolean;
  /** Points that the caller sees. */
  total: number;
  /** Models of the points of this page. */
  modelIds: string[];
  /** For each point, the place of its model in `modelIds`, the index of its logit, and where it is. */
  models: Uint32Array;
  indexes: Uint32Array;
  points: Float32Array;
}

/** Settings of search. */
export interface SearchSettings {
  /** Galleries up to this many logits are scanned exactly. */
  exactLimit: number;
  /** Never load FAISS, as on a platform where it cannot be loaded. */
  withoutFaiss?: boolean;
}
