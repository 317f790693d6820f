import { readFile } from 'node:fs/promises';
import { LRUCache } from 'lru-cache';
import {
  bestNameMatch,
  decodeMatrix,
  type Matrix,
  type StrongestResponses,
  strongestResponses,
  transpose,
} from '../../domain/index.js';
import { checkedContent } from '../../lib/checksum.js';

/** Best results that are remembered: many questions have the same. */
const MAX_RESULTS = 1_024;

/** What the best results of a query respond to most, and how well the best name of the vocabulary matches it. */
export interface NamedResponses {
  strongest: StrongestResponses;
  /** Null when the vocabulary could not be read, or belongs to another probe set. */
  nameMatch: number | null;
}

/** The vocabulary as queries, kept in memory. Concurrent calls read the file once. */
export class VocabularyQueries {
  private readonly named = new LRUCache<string, NamedResponses>({ max: MAX_RESULTS });
  private current: { path: string; queries: Promise<Matrix> } | null = null;

  /**
   * The responses of some rows with their best name, which takes as long as scoring a small gallery.
   *
   * @param rows of one gallery, whose values never change
   * @param path see {@link read}; undefined when there is none
   */
  async nameResponses(
    rows: readonly number[],
    read: (row: number) => Float32Array,
    path: string | undefined,
  ): Promise<NamedResponses> {
    const key = `${path} ${rows.join()}`;
    const known = this.named.get(key);
    if (known) return known;
    const strongest = strongestResponses(rows.map(read));
    // The file is derived and may be deleted at any time. Until it is there again, names count as they typically do.
    const names = path === undefined ? null : await this.read(path).catch(() => null);
    if (path !== undefined && !names) return { strongest, nameMatch: null };
    const nameMatch = names && names.rows === read(rows[0]).length ? bestNameMatch(strongest, names) : null;
    const found = { strongest, nameMatch };
    this.named.set(key, found);
    return found;
  }

  /**
   * P × V, each name's weights divided by P, so that the product with descriptors gives scores.
   *
   * @param path a `.npy` file with a checksum, float32, V × P
   */
  read(path: string): Promise<Matrix> {
    if (this.current?.path !== path) {
      const current = { path, queries: readQueries(path) };
      this.current = current;
      current.queries.catch(() => {
        if (this.current === current) this.current = null;
      });
    }
    return this.current.queries;
  }
}

async function readQueries(path: string): Promise<Matrix> {
  const { data, ...shape } = transpose(decodeMatrix(checkedContent(await readFile(path))));
  return { ...shape, data: data.map((value) => value / shape.rows) };
}
