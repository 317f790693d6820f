import { firstFrom } from '../../domain/index.js';
import type { CodeRows } from '../kernel/code-rows.js';
import type { FaissIndex } from './faiss.js';

/** How much a gallery needs of its index for one kind of query; measured when it is built (`measure-needs.ts`). */
export interface IndexNeeds {
  /** Candidates that hold the exact top ten. */
  candidates: number;
  /** Vectors in the nearest cells that hold them. */
  vectors: number;
}

/** The part of an index that is JSON. */
export interface IndexFacts {
  /** Value of one unit of a code. */
  scale: number;
  concept: IndexNeeds;
  logit: IndexNeeds;
}

/** The parts of an index as they are stored. */
export interface StoredCells {
  /** Of the basis, by which vectors are grouped; they have further values behind. */
  rank: number;
  /** Value of one unit of a code. */
  scale: number;
  /** FAISS's flat index of the mean vector of each cell. */
  quantizer: Pick<FaissIndex, 'search'>;
  /** Position of the first vector of each cell, and of the first behind the last cell. */
  starts: Uint32Array;
  /** Row of each position. */
  rows: Uint32Array;
  /** 1 / length of each row's vector. */
  scales: Float32Array;
  /** By position. */
  codes: CodeRows;
}

/** What is proposed, and to which query. */
export interface Proposing {
  /** The query in the index's space. */
  vector: Float32Array;
  /** Whether products are divided by the length of the row's vector, as for a logit. */
  byLength: boolean;
  /** How many rows. */
  count: number;
  /** Vectors that are compared, of rows that are allowed. */
  vectors: number;
  allowed: AllowedRows;
}

/** The rows that may be proposed. */
export interface AllowedRows {
  /** 1 for each row that is, by row. */
  flags: Uint8Array;
  /** Ranges of rows that all allowed ones lie in, ascending. */
  ranges: readonly (readonly [first: number, end: number])[];
  count: number;
}

/** Fewer allowed rows than this many times those that are compared are all compared: that is as fast, and misses none. */
const ALL_BELOW = 3;
/** More cells are requested from FAISS when the first hold too few rows that are allowed. */
const MORE_CELLS = 4;
const GROWTH = 1.5;
/** A position of a row without a vector. */
const NONE = 0xffffffff;

/**
 * An inverted file of whitened vectors as bytes, for inner products. FAISS groups them in cells and finds the cells that are
 * nearest to a query. The vectors are ours, because those of FAISS obey no filter through its binding for Node.
 *
 * Vectors have their own lengths: concepts would need several times as many candidates among vectors of length 1
 * (docs/benchmarks.md).
 */
export class CellIndex {
  private readonly rank: number;
  private readonly scale: number;
  private readonly codes: CodeRows;
  private readonly quantizer: StoredCells['quantizer'];
  private readonly starts: Uint32Array;
  /** By position; longer than needed. */
  private rowAt: Uint32Array;
  private scaleAt: Float32Array;
  /** By row; longer than needed. */
  private positionOf: Uint32Array;
  /** Vectors in cells, and newer ones behind them. */
  private readonly inCells: number;
  private count: number;
  private readonly largestCell: number;

  constructor({ rank, scale, quantizer, starts, rows, scales, codes }: StoredCells) {
    this.rank = rank;
    this.scale = scale;
    this.codes = codes;
    this.quantizer = quantizer;
    this.starts = starts;
    this.rowAt = rows;
    this.count = rows.length;
    this.inCells = rows.length;
    this.largestCell = starts.reduce(
      (most, start, cell) => Math.max(most, start - (starts[cell - 1] ?? 0)),
      0,
    );
    this.scaleAt = Float32Array.from(rows, (row) => scales[row]);
    this.positionOf = new Uint32Array(scales.length).fill(NONE);
    for (let position = 0; position < rows.length; position++) this.positionOf[rows[position]] = position;
  }

  get vectors(): number {
    return this.count;
  }

  /** Adds a row that is newer than the index. It belongs to no cell and is always compared. */
  add(row: number, vector: Float32Array, scale: number): void {
    if (scale === 0) return;
    const position = this.count++;
    if (position >= this.rowAt.length) {
      const capacity = Math.ceil(this.count * GROWTH);
      this.rowAt = grown(this.rowAt, capacity, Uint32Array);
      this.scaleAt = grown(this.scaleAt, capacity, Float32Array);
      this.codes.reserve(capacity);
    }
    if (row >= this.positionOf.length) {
      const known = this.positionOf.length;
      this.positionOf = grown(this.positionOf, Math.ceil((row + 1) * GROWTH), Uint32Array).fill(NONE, known);
    }
    this.rowAt[position] = row;
    this.scaleAt[position] = scale;
    this.positionOf[row] = position;
    this.codes.encode(position, vector, this.scale);
  }

  /** The rows whose vectors have the largest products with a query, in no order. */
  propose({ vector, byLength, count, vectors, allowed }: Proposing): Uint32Array {
    const isFew = allowed.count <= vectors * ALL_BELOW;
    const positions = isFew ? this.allPositions(allowed) : this.nearPositions(vector, vectors, allowed);
    const values = this.valuesAt(positions, vector, byLength);
    const kept = largest(values, count);
    for (let place = 0; place < kept.length; place++) kept[place] = this.rowAt[positions[kept[place]]];
    return kept;
  }

  /**
   * For each of some rows that are in cells, how many candidates and how many vectors `propose` needs to find it.
   */
  needsOf(
    rows: readonly number[],
    { vector, byLength }: Pick<Proposing, 'vector' | 'byLength'>,
  ): IndexNeeds[] {
    const values = this.valuesAt(
      Uint32Array.from({ length: this.inCells }, (_, place) => place),
      vector,
      byLength,
    );
    const seen = new Uint32Array(this.cells);
    let vectors = 0;
    for (const cell of this.nearestCells(vector, this.cells)) {
      vectors += this.starts[cell + 1] - this.starts[cell];
      seen[cell] = vectors;
    }
    const positions = rows.map((row) => this.positionOf[row]);
    const above = countsAbove(
      positions.map((position) => values[position]),
      values,
    );
    return positions.map((position, place) => ({
      candidates: above[place] + 1,
      vectors: seen[this.starts.findIndex((start) => start > position) - 1],
    }));
  }

  private valuesAt(positions: Uint32Array, vector: Float32Array, byLength: boolean): Float64Array {
    // A logit's vector has nothing but zeros behind the basis.
    const products = this.codes.multiply(positions, vector, byLength ? this.rank : vector.length);
    const values = new Float64Array(products);
    if (byLength)
      for (let place = 0; place < positions.length; place++) values[place] *= this.scaleAt[positions[place]];
    return values;
  }

  /** Cells from the nearest to a query to the furthest. */
  private nearestCells(vector: Float32Array, count: number): number[] {
    const { labels } = this.quantizer.search(
      Array.from(vector.subarray(0, this.rank)),
      Math.min(count, this.cells),
    );
    return labels.filter((label) => label >= 0);
  }

  private get cells(): number {
    return this.starts.length - 1;
  }

  private allPositions({ flags, ranges, count }: AllowedRows): Uint32Array {
    const positions = new Uint32Array(count);
    let found = 0;
    for (const [first, end] of ranges) {
      for (let row = first; row < Math.min(end, this.positionOf.length); row++)
        if (flags[row] === 1 && this.positionOf[row] !== NONE) positions[found++] = this.positionOf[row];
    }
    return positions.subarray(0, found);
  }

  /** Positions of allowed rows: all newer ones, and those of the nearest cells until there are `wanted`. */
  private nearPositions(vector: Float32Array, wanted: number, { flags, count }: AllowedRows): Uint32Array {
    const newer = this.count - this.inCells;
    // Cells are collected whole, so the last one may go beyond what is wanted.
    const positions = new Uint32Array(Math.min(count, newer + wanted + this.largestCell));
    let found = 0;
    const collect = (first: number, end: number) => {
      for (let position = first; position < end; position++)
        if (flags[this.rowAt[position]] === 1) positions[found++] = position;
    };
    collect(this.inCells, this.count);
    const enough = found + wanted;
    const expected = Math.ceil((this.cells * wanted) / Math.max(1, count)) + MORE_CELLS;
    for (let seen = 0, asked = expected; seen < this.cells; asked *= MORE_CELLS) {
      const nearest = this.nearestCells(vector, asked);
      for (; seen < nearest.length; seen++) {
        if (found >= enough) return positions.subarray(0, found);
        collect(this.starts[nearest[seen]], this.starts[nearest[seen] + 1]);
      }
      if (nearest.length < Math.min(asked, this.cells)) break;
    }
    return positions.subarray(0, found);
  }
}

/** For each threshold, how many values are larger. */
function countsAbove(thresholds: readonly number[], values: Float64Array): number[] {
  const sorted = Float64Array.from(thresholds).sort();
  /** Values that are larger than so many of the sorted thresholds. */
  const larger = new Uint32Array(sorted.length + 1);
  for (const value of values) if (value > sorted[0]) larger[firstFrom(sorted, value)]++;
  for (let place = sorted.length - 1; place >= 0; place--) larger[place] += larger[place + 1];
  return thresholds.map((threshold) => larger[firstFrom(sorted, threshold) + 1]);
}

/** Places of the `count` largest values, in no order. */
function largest(values: Float64Array, count: number): Uint32Array {
  if (values.length <= count) return Uint32Array.from(values.keys());
  // A heap whose first value is the smallest that is kept.
  const kept = new Uint32Array(count);
  for (let size = 0; size < count; size++) {
    let place = size;
    for (; place > 0; ) {
      const parent = (place - 1) >> 1;
      if (values[kept[parent]] <= values[size]) break;
      kept[place] = kept[parent];
      place = parent;
    }
    kept[place] = size;
  }
  for (let candidate = count; candidate < values.length; candidate++) {
    const value = values[candidate];
    if (!(value > values[kept[0]])) continue;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= count) break;
      if (child + 1 < count && values[kept[child + 1]] < values[kept[child]]) child++;
      if (values[kept[child]] >= value) break;
      kept[place] = kept[child];
      place = child;
    }
    kept[place] = candidate;
  }
  return kept;
}

function grown<Numbers extends Uint32Array | Float32Array>(
  numbers: Numbers,
  length: number,
  of: new (length: number) => Numbers,
): Numbers {
  const copy = new of(length);
  copy.set(numbers);
  return copy;
}
