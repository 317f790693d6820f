import { readFile } from 'node:fs/promises';
import { decodeMatrix, type Matrix, transpose } from '../../domain/index.js';
import { checkedContent } from '../../lib/checksum.js';

/** The vocabulary as queries, kept in memory. Concurrent calls read the file once. */
export class VocabularyQueries {
  private current: { path: string; queries: Promise<Matrix> } | null = null;

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
