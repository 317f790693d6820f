import { createRequire } from 'node:module';
import { loadDescriptors } from '../../../src/search/gallery/load-descriptors.js';
import { quantile } from '../../support/quantile.js';

/** The part of faiss-node that the comparison needs. */
interface FlatLibrary {
  IndexFlatIP: new (
    dimensions: number,
  ) => { add(x: number[]): void; search(x: number[], k: number): unknown };
}

const VECTORS_AT_ONCE = 500;

/** FAISS's flat index over the raw descriptors: the median time of a query, in milliseconds. */
process.once(
  'message',
  async ({ paths, probes, count }: { paths: string[]; probes: number; count: number }) => {
    const { IndexFlatIP } = createRequire(import.meta.url)('faiss-node') as FlatLibrary;
    const index = new IndexFlatIP(probes);
    let query: number[] = [];
    for (const path of paths) {
      const { data } = (await loadDescriptors(path, probes)).rows;
      for (let first = 0; first < data.length; first += VECTORS_AT_ONCE * probes) {
        index.add(Array.from(data.subarray(first, first + VECTORS_AT_ONCE * probes)));
      }
      query = Array.from(data.subarray(0, probes));
    }
    const times = Array.from({ length: Math.min(count, 20) }, () => {
      const begun = performance.now();
      index.search(query, 10);
      return performance.now() - begun;
    });
    process.send?.(quantile(times, 0.5), () => process.exit(0));
  },
);
