import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { ScoreSpread } from '../../domain/index.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { ConceptTerm, SearchPosition, SearchRequest } from '../search-query.js';
import type { RowScores } from './row-scores.js';
import type { ActiveSnapshot, Scorer } from './scorer.js';
import type { Candidate } from './top-k.js';

/** Each takes some tens of kilobytes. */
const MAX_QUERIES = 256;

/** A reranked window of all models that a caller sees. */
export interface KnownRanking {
  id: string;
  ranked: Candidate[];
  end: SearchPosition | null;
  /** How many candidates of the index it was chosen from; null when all rows were scanned. */
  candidates: number | null;
}

/** What a query is in one state of the gallery, whatever the filters and the page of a request. */
export interface KnownQuery {
  scorer: Scorer;
  scores: RowScores;
  spread: ScoreSpread | null;
  /** Null until a request without filters has made it. */
  ranking: KnownRanking | null;
  /** By row of a result; see `runnerUpScore`. */
  runnerUps: Map<number, number | undefined>;
}

/**
 * The last queries of one state of the gallery: people ask the same again, with other filters, for the next page, or by
 * loading a page anew. All are forgotten when a model is added or removed, or another basis is used.
 *
 * Threat model: queries are kept for each set of visible models, so nothing of a hidden model reaches a caller through them.
 */
export class KnownQueries {
  private state: {
    entries: readonly GalleryEntry[];
    active: ActiveSnapshot | null;
    queries: LRUCache<string, KnownQuery>;
  } | null = null;
  private readonly sights = new WeakMap<readonly GalleryEntry[], number>();
  private nextSight = 0;

  /**
   * @param state of the gallery when the request began
   * @param visible the models that the caller sees: one array for all requests with the same sight
   * @param prepare makes what is not known
   */
  async get(
    { entries, active }: { entries: readonly GalleryEntry[]; active: ActiveSnapshot | null },
    visible: readonly GalleryEntry[],
    request: SearchRequest,
    prepare: () => Promise<KnownQuery>,
  ): Promise<KnownQuery> {
    if (this.state?.entries !== entries || this.state.active !== active)
      this.state = { entries, active, queries: new LRUCache({ max: MAX_QUERIES }) };
    const { queries } = this.state;
    const key = `${this.sightOf(visible)} ${digestOf(request)}`;
    const known = queries.get(key);
    if (known) return known;
    const prepared = await prepare();
    queries.set(key, prepared);
    return prepared;
  }

  private sightOf(visible: readonly GalleryEntry[]): number {
    const sight = this.sights.get(visible) ?? this.nextSight++;
    this.sights.set(visible, sight);
    return sight;
  }
}

function digestOf({ query, metric }: SearchRequest): string {
  const hash = createHash('sha256');
  const addTerms = (name: string, terms: readonly ConceptTerm[]) => {
    for (const { cosines, weights, background } of terms) {
      const { of, shown, vocabularyPath } = background ?? {};
      hash.update(JSON.stringify([name, cosines.length, weights.length, of, shown, vocabularyPath]));
      hash.update(cosines).update(weights);
    }
  };
  hash.update(`${metric} ${query.kind} `);
  if (query.kind === 'CONCEPT') addTerms('all', [query]);
  else if (query.kind === 'CONCEPTS') addTerms('each', query.concepts);
  else if (query.kind === 'LOGIT') hash.update(JSON.stringify([query.modelId, query.index]));
  else for (const name of ['all', 'any', 'none'] as const) addTerms(name, query[name]);
  return hash.digest('base64');
}
