/** A concept in numbers. */
export interface ConceptTerm {
  /** P cosines of the concept with the probes. */
  cosines: Float32Array;
  /** P weights, mean 0 and deviation 1, whose product with a descriptor is the score. */
  weights: Float32Array;
}

/** Concepts of which all, any (at least one of these must be given) and none shall be recognized. */
export interface ExpressionQuery {
  kind: 'EXPRESSION';
  all: ConceptTerm[];
  any: ConceptTerm[];
  none: ConceptTerm[];
}

/** What is looked for: a concept, an expression of several, or what another logit recognizes. */
export type SearchQuery =
  | ({ kind: 'CONCEPT' } & ConceptTerm)
  | ExpressionQuery
  | {
      /** For models only: each of these concepts, by one logit or another. */
      kind: 'CONCEPTS';
      concepts: ConceptTerm[];
    }
  | { kind: 'LOGIT'; modelId: string; index: number };

/**
 * How results are ordered. SCORE: ours, higher is better (design 3.4, 3.5). ASYMMETRIC: the paper's discrepancy
 * (design 3.3), smaller is better.
 */
export type SearchMetric = 'SCORE' | 'ASYMMETRIC';

/** A place in an ordered list of results: the next page holds what comes behind it, whatever came or went since. */
export interface SearchPosition {
  /** The score, or the negative distance for ASYMMETRIC. */
  value: number;
  /** Name of the compared candidates that it stands among; null behind them. */
  head: string | null;
  modelId: string;
  /** Output index; −1 in a list of models. */
  index: number;
  /** Basis under which `value` was computed. */
  version: string;
  /** Results before and including this one. */
  depth: number;
}

/** One question to a gallery. */
export interface SearchRequest {
  query: SearchQuery;
  metric: SearchMetric;
  /** Results wanted, ≥ 0. */
  first: number;
  after?: SearchPosition;
  /** Only logits of these models. */
  models?: string[];
  /** No logits of these models. */
  excludeModels?: string[];
  /** Only logits that are expected to be at least so accurate, 0..1. */
  minExpectedAccuracy?: number;
}

/** One answer. */
export interface SearchResult {
  modelId: string;
  index: number;
  /** Higher is better; comparable within one query. */
  score: number;
  /** The paper's discrepancy, ≥ 0. */
  distance: number;
  /**
   * Probability that it is right, 0 to 1; null in a gallery too small to stand out from, and for a logit's question in
   * one without a basis.
   */
  confidence: number | null;
  /** Accuracy that its responses let expect, 0 to 1; null for a model of fewer than three outputs. */
  expectedAccuracy: number | null;
  /** Why there is none; null when there is one. */
  expectedAccuracyReason: 'TOO_FEW_OUTPUTS' | null;
  /** Where to go on. */
  position: SearchPosition;
}

/** A name of a vocabulary for an output. */
export interface LogitName {
  /** Place in the vocabulary. */
  name: number;
  /** Correlation of the name's weights with the descriptor, −1 to 1. */
  score: number;
  /** Probability that the name is right, 0 to 1; null in a gallery too small to stand out from. */
  confidence: number | null;
}

/** Which outputs shall be named, and from what. */
export interface NamesRequest {
  modelId: string;
  /** Outputs; all when absent. */
  indexes?: number[];
  /** A `.npy` file, float32, V × P: the vocabulary as queries. */
  vocabularyPath: string;
  /** Names wanted for each. */
  first: number;
}

/** The answers to one question, best first. */
export interface SearchResults {
  results: SearchResult[];
  hasMore: boolean;
  /** Logits, or models, that the question was put to. */
  candidates: number;
}

/** A probe set as the search knows it. */
export interface SearchProbeSet {
  id: string;
  /** P */
  probes: number;
}

/** A model as the search knows it. */
export interface SearchModel {
  modelId: string;
  responsesDigest: string;
  /** C */
  outputs: number;
  /** A `.npy` file: float16, C × P, row-major. */
  responsesPath: string;
}

/** What new models of a gallery are completed with. */
export interface GalleryPrior {
  /** File of a `ResponsePrior`; replaced by another when the basis is fitted anew. */
  path: string;
  /** Fully probed models and logits that it was learned from. */
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
  /** Null while the gallery is cold. */
  basis: { version: string; rank: number; logits: number } | null;
  /** What partly probed models are completed from; null while there is too little to learn it from. */
  prior: {
    version: string;
    /** Fully probed models and logits that it was learned from. */
    models: number;
    logits: number;
    /** Families of models that respond alike, the whole gallery among them. */
    families: number;
    /** Directions of the whole gallery. */
    rank: number;
    /** Squared error per probe of held-out models that were completed from a third of the probes. */
    expectedError: number;
  } | null;
  rebuilding: boolean;
  /** Rows that questions have been put to one by one since the process began, those of ended searches among them. */
  scannedRows: number;
}

/** What an operator may set. */
export interface SearchSettings {
  /** Galleries up to this many logits are scanned exactly. */
  exactLimit: number;
  /** Never load FAISS, as on a platform where it cannot be loaded. */
  withoutFaiss?: boolean;
}
