import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
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

/** Names that are kept of an output: as many as `Logit.concepts` gives unless a caller wants more. */
const KEPT_NAMES = 5;
/** Outputs whose names are kept for callers who see the same models: some megabytes. */
const MAX_KEPT_OUTPUTS = 20_000;

/** An output to name: its row in the gallery, whose values never change. */
export interface OutputRow {
  row: number;
  read(): Float32Array;
}

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
    { path: string; statistics: Promise<NameStatistics>; names: LRUCache<number, LogitName[]> }
  >();

  constructor(
    private readonly sample: GallerySample,
    private readonly products: MatrixProducts,
    private readonly vocabulary: VocabularyQueries,
  ) {}

  /**
   * The best names of each output, best first; null where there is none. They depend on the output and on what the caller sees of
   * the gallery, so the first of them are kept until that changes.
   *
   * @param path a `.npy` file with a checksum, float32, V × P: the vocabulary as queries
   * @param entries the models that the caller sees; another array after each change
   * @throws the signal's reason
   */
  async of(
    outputs: readonly (OutputRow | null)[],
    path: string,
    first: number,
    entries: readonly GalleryEntry[],
    signal?: AbortSignal,
  ): Promise<(LogitName[] | null)[]> {
    const kept = this.keptFor(path, entries);
    const names = new Map<number, LogitName[]>();
    const unknown: OutputRow[] = [];
    for (const output of outputs) {
      const known = output && kept.names.get(output.row);
      if (known && first <= KEPT_NAMES) names.set(output.row, known.slice(0, first));
      else if (output) unknown.push(output);
    }
    if (unknown.length > 0) {
      const [queries, statistics] = [await this.vocabulary.read(path), await kept.statistics];
      for (let start = 0; start < unknown.length; start += BLOCK_LOGITS) {
        const block = unknown.slice(start, start + BLOCK_LOGITS);
        const scores = await this.products.project(stackRows(block.map((output) => output.read())), queries);
        for (const [place, { row }] of block.entries()) {
          const best = bestNames(rowOf(scores, place), statistics, Math.max(first, KEPT_NAMES));
          kept.names.set(row, best.slice(0, KEPT_NAMES));
          names.set(row, best.slice(0, first));
        }
        await setImmediate();
        signal?.throwIfAborted();
      }
    }
    return outputs.map((output) => (output && names.get(output.row)) ?? null);
  }

  private keptFor(path: string, entries: readonly GalleryEntry[]) {
    const known = this.cached.get(entries);
    if (known?.path === path) return known;
    const cached = {
      path,
      statistics: this.computeStatistics(path, entries),
      names: new LRUCache<number, LogitName[]>({ max: MAX_KEPT_OUTPUTS }),
    };
    this.cached.set(entries, cached);
    cached.statistics.catch(() => {
      if (this.cached.get(entries) === cached) this.cached.delete(entries);
    });
    return cached;
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
