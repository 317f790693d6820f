export {
  checkComparable,
  compareModels,
  MAX_LOGITS_PER_SIDE,
  type ModelComparison,
} from './client/compare-models.js';
export { MAX_MATCHED_LOGITS, matchModels } from './client/match-models.js';
export { type GalleryModels, openSearch, type Search, type SearchOptions } from './client/open-search.js';
export type {
  ConceptTerm,
  ExpressionQuery,
  GalleryStats,
  LogitName,
  MapPage,
  Nearest,
  OutputMatches,
  SearchMetric,
  SearchModel,
  SearchPosition,
  SearchProbeSet,
  SearchQuery,
  SearchRequest,
  SearchResult,
  SearchResults,
  SearchSettings,
  UnreadableModel,
} from './search-query.js';
export { inspectSnapshots, type SnapshotInspection } from './snapshot/inspect-snapshots.js';
