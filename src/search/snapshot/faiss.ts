import { createRequire } from 'node:module';

/** The part of a FAISS index that we use. Vectors are flat lists of numbers; calls block. */
export interface FaissIndex {
  ntotal(): number;
  add(vectors: number[]): void;
  train(vectors: number[]): void;
  search(query: number[], k: number): { distances: number[]; labels: number[] };
  write(path: string): void;
  toBuffer(): Buffer;
}

/** The part of faiss-node that we use. */
export interface FaissLibrary {
  Index: {
    fromFactory(dimensions: number, description: string, metric: number): FaissIndex;
    fromBuffer(bytes: Buffer): FaissIndex;
    read(path: string): FaissIndex;
  };
  MetricType: { METRIC_INNER_PRODUCT: number };
}

/**
 * Loads faiss-node, an optional peer dependency. A `require` at call time, because ProbeLog must start without it, too.
 *
 * @returns the problem if it is installed and cannot be loaded
 */
export function loadFaiss(): { library: FaissLibrary | null; problem: string | null } {
  try {
    return { library: createRequire(import.meta.url)('faiss-node') as FaissLibrary, problem: null };
  } catch (thrown) {
    const [firstLine] = (thrown instanceof Error ? thrown.message : String(thrown)).split('\n');
    const isInstalled = firstLine !== "Cannot find module 'faiss-node'";
    return { library: null, problem: isInstalled ? firstLine : null };
  }
}

/**
 * The same for queries, each of which is compared with some thousand cells. Handing that to other threads takes longer than
 * doing it, and much longer while they are busy. OpenMP reads the variable once, when FAISS is loaded; a build, which has more
 * to do, is a process of its own and gets the variable as it was.
 */
export function loadFaissForQueries(): ReturnType<typeof loadFaiss> {
  const { OMP_NUM_THREADS: threads } = process.env;
  process.env.OMP_NUM_THREADS = '1';
  try {
    return loadFaiss();
  } finally {
    if (threads === undefined) delete process.env.OMP_NUM_THREADS;
    else process.env.OMP_NUM_THREADS = threads;
  }
}
