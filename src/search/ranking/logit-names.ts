import { setImmediate } from 'node:timers/promises';
import {
  CONFIDENCE_CURVES,
  confidence,
  nameStatistics,
  rowOf,
  stackRows,
  topIndexes,
  transpose,
} from '../../domain/index.js';
import type { GallerySample } from '../gallery/gallery-sample.js';
import type { GalleryEntry } from '../gallery/journal.js';
import type { MatrixProducts } from '../matrix-products.js';
import type { LogitName } from '../search-query.js';
import type { VocabularyQueries } from './vocabulary-queries.js';

/** Logits named before other calls get their turn; a model may have thousands. */
const BLOCK_LOGITS = 128;

/** Mean and deviation of each name's scores over the gallery; null in a gallery that is too small. */
type NameStatistics = { means: Float32Array; deviations: Float32Array } | null;

/**
 * Names outputs from a vocabulary, the reverse of a search. Names are ranked by how far their score for the logit stands
 * out from their scores over the gallery, since some names match almost every logit a little. In a gallery too small for
 * that, names are ranked by score and have no confidence (docs/accuracy.md).
 */
export class LogitNames {
  private readonly cached = new WeakMap<
    readonly GalleryEntry[],
    { path: string; statistics: Promise<NameStatistics> }
  >();

  constructor(
    private readonly sample: GallerySample,
    private readonly products: MatrixProducts,
    private readonly vocabulary: VocabularyQueries,
  ) {}

  /**
   * The best names of each descriptor, best first; null where the descriptor is null.
   *
   * @param path a `.npy` file with a checksum, float32, V × P: the vocabulary as queries
   * @param entries the models that the caller sees; another array after each change
   * @throws the signal's reason
   */
  async of(
    descriptors: (Float32Array | null)[],
    path: string,
    first: number,
    entries: readonly GalleryEntry[],
    signal?: AbortSignal,
  ): Promise<(LogitName[] | null)[]> {
    const [queries, statistics] = [await this.vocabulary.read(path), await this.statistics(path, entries)];
    const names: LogitName[][] = [];
    const present = descriptors.filter((descriptor) => descriptor !== null);
    for (let start = 0; start < present.length; start += BLOCK_LOGITS) {
      const block = present.slice(start, start + BLOCK_LOGITS);
      const scores = await this.products.project(stackRows(block), queries);
      for (let logit = 0; logit < block.length; logit++)
        names.push(bestNames(rowOf(scores, logit), statistics, first));
      await setImmediate();
      signal?.throwIfAborted();
    }
    return descriptors.map((descriptor) => (descriptor ? (names.shift() ?? null) : null));
  }

  private statistics(path: string, entries: readonly GalleryEntry[]): Promise<NameStatistics> {
    const known = this.cached.get(entries);
    if (known?.path === path) return known.statistics;
    const cached = { path, statistics: this.computeStatistics(path, entries) };
    this.cached.set(entries, cached);
    cached.statistics.catch(() => {
      if (this.cached.get(entries) === cached) this.cached.delete(entries);
    });
    return cached.statistics;
  }

  private async computeStatistics(path: string, entries: readonly GalleryEntry[]): Promise<NameStatistics> {
    const sample = this.sample.descriptors(entries);
    if (!sample) return null;
    return nameStatistics(
      transpose(await this.products.project(stackRows(sample), await this.vocabulary.read(path))),
    );
  }
}

function bestNames(scores: Float32Array, statistics: NameStatistics, first: number): LogitName[] {
  if (!statistics) {
    return topIndexes(scores, first).map((name) => ({ name, score: scores[name], confidence: null }));
  }
  const { means, deviations } = statistics;
  const deviationsAbove = scores.map((score, name) =>
    deviations[name] > 0 ? (score - means[name]) / deviations[name] : Number.NEGATIVE_INFINITY,
  );
  return topIndexes(deviationsAbove, first).map((name) => ({
    name,
    score: scores[name],
    confidence: confidence(deviationsAbove[name], { middle: 0, above: 1 }, CONFIDENCE_CURVES.NAME),
  }));
}
