import { LRUCache } from 'lru-cache';
import type { AnswerFit } from '../../domain/index.js';
import type { SearchPosition } from '../search-query.js';
import type { JudgedAnswer } from './judge-answer.js';
import type { Candidate } from './top-k.js';

/** Queries whose pages can be read at one time. */
const MAX_QUERIES = 256;
/** Models in all cached rankings together. */
const MAX_RANKED_MODELS = 1_000_000;

/**
 * The best candidates by score, ordered by consensus.
 *
 * Consensus scores change with the gallery, so a window is cached while its pages are read: no result appears twice or
 * is skipped because a model was added or removed. After its eviction, or with a new basis, a new window is made, and
 * paging continues after the same position.
 */
export interface RerankedWindow extends JudgedAnswer {
  id: string;
  ranked: Candidate[];
  /** All other logits come after this position by score; null for an empty window. */
  end: SearchPosition | null;
}

/** A model in a ranking, with its best logit. */
export interface RankedModel {
  modelId: string;
  value: number;
  /** Index of the concept that `best` recognizes. */
  concept: number;
  best: Candidate;
}

/** Models ranked by several concepts. */
export interface ModelRanking {
  models: RankedModel[];
  answer: AnswerFit | null;
}

/** Rankings that change with the gallery, cached while their pages are read. Keys are `SearchPosition.head`. */
export class RankingCache {
  readonly windows = new LRUCache<string, RerankedWindow>({ max: MAX_QUERIES });
  /** Models ranked by several concepts. */
  readonly rankings = new LRUCache<string, ModelRanking>({
    max: MAX_QUERIES,
    maxSize: MAX_RANKED_MODELS,
    sizeCalculation: ({ models }) => models.length + 1,
  });
}
