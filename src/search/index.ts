export { compareModels, MOST_LOGITS_A_SIDE, type ModelComparison } from './compare-models.js';
export { lookAtSnapshots, type SnapshotLook } from './look-at-snapshots.js';
export { openSearch, type Search, type SearchOptions } from './open-search.js';
export type {
  ConceptTerm,
  ExpressionSubject,
  GalleryStats,
  LogitName,
  SearchAnswer,
  SearchHit,
  SearchMetric,
  SearchModel,
  SearchPosition,
  SearchProbeSet,
  SearchQuery,
  SearchSettings,
  SearchSubject,
} from './search-query.js';
