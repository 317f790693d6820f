import { type Matrix, random, rowOf, unitRows } from '../../../domain/index.js';
import type { FaissIndex, FaissLibrary } from '../faiss.js';

/** Vectors per cell that the centers are fitted to. */
const TRAINING_PER_CELL = 40;
const MIN_CELLS = 16;
const MAX_CELLS = 4_096;
/** Finding the nearest cells and comparing what is in them then cost about the same. */
const CELLS_PER_ROOT = 2;
const ITERATIONS = 8;
const BLOCK_ROWS = 4_096;
const SEED = 1_137;

/** Which cell each vector of an index is in. */
export interface Cells {
  /** FAISS's flat index of the mean vector of each cell. */
  quantizer: FaissIndex;
  /** Vectors grouped by cell: where each cell begins, and where the last one ends. */
  starts: Uint32Array;
  /** For each position in this order, the number of the vector. */
  order: Uint32Array;
  /** The largest value of any vector. */
  largest: number;
}

/** The vectors of an index, to be read in any order. */
export interface Vectors {
  count: number;
  /** Vectors `first` … `first + count − 1`. */
  read(first: number, count: number): Matrix;
}

/**
 * Groups vectors by direction: k-means on the sphere (Dhillon, Modha 2001), in which FAISS finds the nearest centers. A cell is
 * searched by its mean vector, which also tells how long its vectors are.
 */
export function groupInCells(faiss: FaissLibrary, vectors: Vectors): Cells {
  const cells = cellsFor(vectors.count);
  const centers = fitCenters(faiss, trainingVectors(vectors, cells), cells);
  const nearest = flatIndex(faiss, centers);
  const cellOf = new Uint32Array(vectors.count);
  const sums: Matrix = { ...centers, data: new Float32Array(centers.data.length) };
  let largest = 0;
  for (let first = 0; first < vectors.count; first += BLOCK_ROWS) {
    const block = vectors.read(first, Math.min(BLOCK_ROWS, vectors.count - first));
    const { labels } = nearest.search(Array.from(block.data), 1);
    for (const value of block.data) largest = Math.max(largest, Math.abs(value));
    for (const [place, cell] of labels.entries()) {
      cellOf[first + place] = cell;
      addTo(rowOf(sums, cell), rowOf(block, place));
    }
  }
  const { starts, order } = sortedByCell(cellOf, cells);
  for (let cell = 0; cell < cells; cell++) {
    const size = Math.max(1, starts[cell + 1] - starts[cell]);
    const mean = rowOf(sums, cell);
    for (let axis = 0; axis < mean.length; axis++) mean[axis] /= size;
  }
  return { quantizer: flatIndex(faiss, sums), starts, order, largest };
}

function cellsFor(count: number): number {
  const wanted = Math.round(CELLS_PER_ROOT * Math.sqrt(count));
  return Math.min(count, Math.max(MIN_CELLS, Math.min(MAX_CELLS, wanted)));
}

/** An even sample, of length 1. */
function trainingVectors(vectors: Vectors, cells: number): Matrix {
  const count = Math.min(vectors.count, cells * TRAINING_PER_CELL);
  const { columns } = vectors.read(0, 1);
  const sample: Matrix = { rows: count, columns, data: new Float32Array(count * columns) };
  for (let place = 0; place < count; place++) {
    const { data } = vectors.read(Math.floor((place * vectors.count) / count), 1);
    rowOf(sample, place).set(data);
  }
  return unitRows(sample);
}

function fitCenters(faiss: FaissLibrary, sample: Matrix, cells: number): Matrix {
  const next = random(SEED);
  const anyVector = () => rowOf(sample, Math.floor(next() * sample.rows));
  const { columns } = sample;
  let centers: Matrix = { rows: cells, columns, data: new Float32Array(cells * columns) };
  for (let cell = 0; cell < cells; cell++) rowOf(centers, cell).set(anyVector());
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const nearest = flatIndex(faiss, centers);
    const sums: Matrix = { ...centers, data: new Float32Array(cells * columns) };
    for (let first = 0; first < sample.rows; first += BLOCK_ROWS) {
      const block = sample.data.subarray(first * columns, (first + BLOCK_ROWS) * columns);
      const { labels } = nearest.search(Array.from(block), 1);
      for (const [place, cell] of labels.entries()) addTo(rowOf(sums, cell), rowOf(sample, first + place));
    }
    // An empty cell begins again at another vector.
    for (let cell = 0; cell < cells; cell++)
      if (rowOf(sums, cell).every((value) => value === 0)) rowOf(sums, cell).set(anyVector());
    centers = unitRows(sums);
  }
  return centers;
}

function flatIndex(faiss: FaissLibrary, { rows, columns, data }: Matrix): FaissIndex {
  const index = faiss.Index.fromFactory(columns, 'Flat', faiss.MetricType.METRIC_INNER_PRODUCT);
  for (let row = 0; row < rows; row += BLOCK_ROWS)
    index.add(Array.from(data.subarray(row * columns, (row + BLOCK_ROWS) * columns)));
  return index;
}

function addTo(sum: Float32Array, vector: Float32Array): void {
  for (let axis = 0; axis < sum.length; axis++) sum[axis] += vector[axis];
}

function sortedByCell(cellOf: Uint32Array, cells: number): Pick<Cells, 'starts' | 'order'> {
  const starts = new Uint32Array(cells + 1);
  for (const cell of cellOf) starts[cell + 1]++;
  for (let cell = 0; cell < cells; cell++) starts[cell + 1] += starts[cell];
  const next = starts.slice();
  const order = new Uint32Array(cellOf.length);
  for (let vector = 0; vector < cellOf.length; vector++) order[next[cellOf[vector]]++] = vector;
  return { starts, order };
}
