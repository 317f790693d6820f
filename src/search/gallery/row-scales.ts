import { type Matrix, whiteningMatrix } from '../../domain/index.js';
import type { MatrixProducts } from '../matrix-products.js';
import type { Snapshot } from '../snapshot/snapshot.js';
import type { RowFile } from './row-file.js';

/** One product of a block takes about 10 ms; searches run between blocks. */
const BLOCK_ROWS = 512;

/**
 * 1 / `whitenedNorm` of every row under one snapshot's basis: stored with the snapshot for the rows it was built from,
 * computed here for newer rows.
 */
export class RowScales {
  private readonly tail: number[] = [];
  /** The basis as a whitening matrix. */
  readonly directions: Matrix;
  private extending: Promise<void> = Promise.resolve();

  constructor(
    private readonly snapshot: Snapshot,
    private readonly rows: RowFile,
    private readonly products: MatrixProducts,
  ) {
    this.directions = whiteningMatrix(snapshot.basis);
  }

  /** Computes the scales of all rows that the file has now. */
  extend(): Promise<void> {
    this.extending = this.extending.then(() => this.computeMissing());
    return this.extending;
  }

  /** The scale of a row that existed at the last `extend`. */
  of(row: number): number {
    const { rows, scales } = this.snapshot;
    return row < rows ? scales[row] : this.tail[row - rows];
  }

  private async computeMissing(): Promise<void> {
    const { probes, rank } = this.snapshot.basis;
    for (let first = this.snapshot.rows + this.tail.length; first < this.rows.rows; first += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, this.rows.rows - first);
      const block: Matrix = { rows: count, columns: probes, data: this.rows.decoded(first, count) };
      const { data } = await this.products.project(block, this.directions);
      for (let row = 0; row < count; row++) {
        const length = Math.hypot(...data.subarray(row * rank, (row + 1) * rank));
        this.tail.push(length === 0 ? 0 : 1 / length);
      }
    }
  }
}
