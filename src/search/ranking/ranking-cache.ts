import { LRUCache } from 'lru-cache';
import type { SearchPosition } from '../search-query.js';
import type { Candidate } from './top-k.js';

/** Questions whose pages are being read at one time. */
const MAX_QUERIES = 256;
/** Models in all rankings that are remembered. */
const MAX_RANKED_MODELS = 1_000_000;

/**
 * The best logits by score, which were compared with each other, in the order that they agreed on.
 *
 * A score by consensus changes with the gallery, so a head is remembered while its pages are read: nothing is shown
 * twice or passed over because a model came or went. When it was forgotten, or the basis changed, it is made anew, and
 * reading goes on behind the same place.
 */
export interface RerankedWindow {
  id: string;
  ranked: Candidate[];
  /** Everything behind the head is behind this place by its own score; null when the head is empty. */
  end: SearchPosition | null;
}

/** A model's place in a ranking, with the logit that speaks best for it. */
export interface RankedModel {
  modelId: string;
  value: number;
  /** Which of the concepts it knows best. */
  concept: number;
  best: Candidate;
}

/** Orders that could not be made again as they were, kept by the name that positions carry while pages are read. */
export class RankingCache {
  readonly windows = new LRUCache<string, RerankedWindow>({ max: MAX_QUERIES });
  /** Of models by several concepts. */
  readonly rankings = new LRUCache<string, RankedModel[]>({
    max: MAX_QUERIES,
    maxSize: MAX_RANKED_MODELS,
    sizeCalculation: (ranking) => ranking.length + 1,
  });
}
