import type { ExactScan } from '../ranking/exact-scan.js';
import type { KnownQueries } from '../ranking/known-queries.js';
import type { RankingCache } from '../ranking/ranking-cache.js';
import type { ActiveSnapshot } from '../ranking/scorer.js';
import type { VocabularyQueries } from '../ranking/vocabulary-queries.js';
import type { GallerySample } from './gallery-sample.js';
import type { GalleryEntry } from './journal.js';
import type { RowFile } from './row-file.js';
import type { RowNeighbors } from './row-neighbors.js';

/** A gallery at one moment, as a search sees it. */
export interface GalleryView {
  /** All models by first row. */
  entries: readonly GalleryEntry[];
  /** The models that a caller sees. @param hidden those that it does not see */
  without(hidden: readonly string[] | undefined): readonly GalleryEntry[];
  active: ActiveSnapshot | null;
  rows: RowFile;
  scan: ExactScan;
  sample: GallerySample;
  neighbors: RowNeighbors;
  cache: RankingCache;
  queries: KnownQueries;
  vocabulary: VocabularyQueries;
  /** Galleries up to this many logits are scanned exactly. */
  exactLimit: number;
  entryAt(row: number): GalleryEntry | undefined;
  /** Certainty of each probe in a completed row; null for a row of which all probes were run. */
  certaintyOf(row: number): Float32Array | null;
  /** The row of a logit; null for a degenerate or unknown logit. */
  rowOf(modelId: string, index: number): number | null;
}
