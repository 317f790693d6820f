import { type Matrix, rowOf, skewness, whiteningMatrix } from '../../domain/index.js';
import { SerialQueue } from '../../lib/serial-queue.js';
import type { MatrixProducts } from '../matrix-products.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { RowFile } from './row-file.js';

/** One product of a block takes about 10 ms; searches run between blocks. */
const BLOCK_ROWS = 512;
/** Vectors of newer rows that are kept, in values; those of further rows are computed when they are needed. */
const MAX_KEPT_VALUES = 2 ** 24;

/**
 * What is computed once of every row under one snapshot's basis: stored with the snapshot for the rows it was built from,
 * computed here for newer rows.
 */
export class RowProjections {
  private readonly tail: { scale: number; skewness: number; vector: Float32Array | null }[] = [];
  private keptValues = 0;
  /** The wide basis as a whitening matrix. */
  private readonly directions: Matrix;
  private readonly extensions = new SerialQueue();

  constructor(
    private readonly snapshot: Snapshot,
    private readonly rows: RowFile,
    private readonly products: MatrixProducts,
  ) {
    this.directions = whiteningMatrix(snapshot.wide);
  }

  /** Projects all rows that the file has now. */
  extend(): Promise<void> {
    return this.isComplete ? Promise.resolve() : this.extensions.run(() => this.computeMissing());
  }

  /** 1 / `whitenedNorm` of a row that existed at the last `extend`. */
  scaleOf(row: number): number {
    const { rows, scales } = this.snapshot;
    return row < rows ? scales[row] : this.tail[row - rows].scale;
  }

  /** `skewness` of such a row. */
  skewnessOf(row: number): number {
    const { rows, skewnesses } = this.snapshot;
    return row < rows ? skewnesses[row] : this.tail[row - rows].skewness;
  }

  /** The whitened vectors of such rows, of length 1. */
  async unitVectors(rows: readonly number[]): Promise<Matrix> {
    const { rank } = this.snapshot.basis;
    const vectors: Matrix = { rows: rows.length, columns: rank, data: new Float32Array(rows.length * rank) };
    const missing: number[] = [];
    for (let place = 0; place < rows.length; place++)
      if (!this.read(rows[place], rowOf(vectors, place))) missing.push(place);
    if (missing.length > 0) {
      const projected = await this.project(missing.map((place) => rows[place]));
      for (const [index, place] of missing.entries())
        rowOf(vectors, place).set(rowOf(projected, index).subarray(0, rank));
    }
    for (let place = 0; place < vectors.data.length; place += rank) {
      const scale = this.scaleOf(rows[place / rank]);
      for (let axis = 0; axis < rank; axis++) vectors.data[place + axis] *= scale;
    }
    return vectors;
  }

  private get isComplete(): boolean {
    return this.snapshot.rows + this.tail.length >= this.rows.rows;
  }

  private read(row: number, target: Float32Array): boolean {
    const { rows, projections } = this.snapshot;
    if (row < rows) return projections.read(row, target);
    const { vector } = this.tail[row - rows];
    if (vector) target.set(vector);
    return vector !== null;
  }

  private project(rows: readonly number[]): Promise<Matrix> {
    const { columns } = this.rows;
    const descriptors = new Float32Array(rows.length * columns);
    for (const [place, row] of rows.entries())
      this.rows.read(row, descriptors.subarray(place * columns, (place + 1) * columns));
    return this.products.project({ rows: rows.length, columns, data: descriptors }, this.directions);
  }

  private async computeMissing(): Promise<void> {
    const { probes, rank } = this.snapshot.basis;
    while (!this.isComplete) {
      const first = this.snapshot.rows + this.tail.length;
      const count = Math.min(BLOCK_ROWS, this.rows.rows - first);
      const block: Matrix = { rows: count, columns: probes, data: this.rows.decoded(first, count) };
      const projected = await this.products.project(block, this.directions);
      for (let row = 0; row < count; row++) {
        const wide = rowOf(projected, row);
        const vector = wide.slice(0, rank);
        const length = Math.hypot(...vector);
        const scale = length === 0 ? 0 : 1 / length;
        this.snapshot.index?.cells.add(first + row, wide, scale);
        const isKept = this.keptValues < MAX_KEPT_VALUES;
        if (isKept) this.keptValues += vector.length;
        this.tail.push({
          scale,
          skewness: skewness(rowOf(block, row)),
          vector: isKept ? vector : null,
        });
      }
    }
  }
}
