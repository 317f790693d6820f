import type { Matrix } from '../../../domain/index.js';
import type { FaissIndex, FaissLibrary } from '../faiss.js';

/** Training vectors per cell of the coarse quantizer; FAISS warns below 39. */
const TRAINING_PER_CELL = 40;
/** With fewer cells, an index costs more than it saves. */
const MIN_CELLS = 16;
const MAX_CELLS = 4_096;
/**
 * Cells searched per query (FAISS's `nprobe`). A logit's neighbors lie in the nearest 40 cells even at a million logits;
 * a concept lies further from all cells (docs/benchmarks.md).
 */
const SEARCHED_CELLS = 80;

/**
 * An inverted-file index over unit vectors, one byte a value (`IVF…,SQ8`, inner product).
 *
 * @param blocks yields the vectors; called twice, first for training
 */
export async function buildIndex(
  faiss: FaissLibrary,
  dimensions: number,
  count: number,
  blocks: () => AsyncGenerator<Matrix>,
): Promise<FaissIndex> {
  const cells = cellsFor(count);
  const trained = faiss.Index.fromFactory(
    dimensions,
    `IVF${cells},SQ8`,
    faiss.MetricType.METRIC_INNER_PRODUCT,
  );
  trained.train(await trainingVectors(blocks, count, cells * TRAINING_PER_CELL));
  const index = withSearchedCells(faiss, trained, cells, Math.min(cells, SEARCHED_CELLS));
  for await (const { data } of blocks()) index.add(Array.from(data));
  return index;
}

function cellsFor(count: number): number {
  const trainable = Math.floor(count / TRAINING_PER_CELL);
  return Math.max(MIN_CELLS, Math.min(MAX_CELLS, trainable, Math.round(4 * Math.sqrt(count))));
}

async function trainingVectors(
  blocks: () => AsyncGenerator<Matrix>,
  count: number,
  wanted: number,
): Promise<number[]> {
  const step = Math.max(1, Math.floor(count / wanted));
  const vectors: number[] = [];
  let row = 0;
  for await (const { rows, columns, data } of blocks()) {
    for (let offset = 0; offset < rows; offset++, row++) {
      if (row % step !== 0) continue;
      for (let axis = 0; axis < columns; axis++) vectors.push(data[offset * columns + axis]);
    }
  }
  return vectors;
}

/**
 * The same index with `nprobe` set to `searched` instead of 1.
 *
 * faiss-node has no setter for `nprobe`, but the serialized form stores it right after the number of cells, both as
 * 64-bit little-endian integers. The index is still empty, so the copy is cheap.
 */
function withSearchedCells(
  faiss: FaissLibrary,
  index: FaissIndex,
  cells: number,
  searched: number,
): FaissIndex {
  const bytes = index.toBuffer();
  const pattern = Buffer.alloc(16);
  pattern.writeBigUInt64LE(BigInt(cells), 0);
  pattern.writeBigUInt64LE(1n, 8);
  const place = bytes.indexOf(pattern);
  if (place < 0) throw new Error('the serialized FAISS index has an unexpected layout');
  bytes.writeBigUInt64LE(BigInt(searched), place + 8);
  return faiss.Index.fromBuffer(bytes);
}
