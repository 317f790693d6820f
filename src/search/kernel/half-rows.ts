import {
  FLOAT16_SCALE,
  growMemory,
  type KernelMemory,
  openKernel,
  padded,
  writePositions,
} from './kernel.js';

/** Rows multiplied by one call of the kernel. */
const CALL_ROWS = 1_024;
const HALF_BYTES = 2;
/** Values of a row that are multiplied together, and rows. */
const GROUP = 4;
/** The kernel reads whole groups, also behind the last row. */
const SLACK_BYTES = GROUP * HALF_BYTES;

/** Weights as the kernel reads them; see {@link rowWeights}. */
export interface RowWeights {
  /** In whole groups, with zeros behind the last. */
  values: Float32Array;
  /** What the products of `values` must be multiplied with: a power of two. */
  unit: number;
}

/** Prepares weights for products with float16 rows of the same length. */
export function rowWeights(weights: Float32Array): RowWeights {
  let largest = 0;
  for (let column = 0; column < weights.length; column++)
    largest = Math.max(largest, Math.abs(weights[column]));
  // A weight times FLOAT16_SCALE must fit into a float32.
  const unit = largest > 1 ? 2 ** Math.ceil(Math.log2(largest)) : 1;
  const values = new Float32Array(padded(weights.length, GROUP));
  for (let column = 0; column < weights.length; column++)
    values[column] = weights[column] * (FLOAT16_SCALE / unit);
  return { values, unit };
}

/**
 * Rows of finite float16 values in memory. All scores are products of this one kernel, in float32, so a score does not depend
 * on the way by which its row was found.
 */
export class HalfRows {
  private readonly wasm: KernelMemory;
  private readonly rowBytes: number;
  /** Addresses in the memory. */
  private readonly products: number;
  private readonly weights: number;
  private readonly rows: number;

  /**
   * @param columns P
   * @param capacity rows that fit; see {@link reserve}
   */
  constructor(columns: number, capacity: number) {
    this.rowBytes = columns * HALF_BYTES;
    this.products = CALL_ROWS * Uint32Array.BYTES_PER_ELEMENT;
    this.weights = this.products + CALL_ROWS * Float32Array.BYTES_PER_ELEMENT;
    this.rows = this.weights + padded(columns, GROUP) * Float32Array.BYTES_PER_ELEMENT;
    this.wasm = openKernel(this.end(capacity));
  }

  /** Makes room for more rows. Earlier results of {@link bytes} become empty. */
  reserve(capacity: number): void {
    growMemory(this.wasm.memory, this.end(capacity));
  }

  /** The bytes of rows `first` … `first + count − 1`, to be read or written. */
  bytes(first: number, count: number): Uint8Array {
    return new Uint8Array(this.buffer, this.rows + first * this.rowBytes, count * this.rowBytes);
  }

  /** Writes the product of each of `positions` with the weights to `out`. */
  multiply(positions: Uint32Array, { values, unit }: RowWeights, out: Float64Array): void {
    new Float32Array(this.buffer, this.weights, values.length).set(values);
    for (let start = 0; start < positions.length; start += CALL_ROWS) {
      const count = Math.min(CALL_ROWS, positions.length - start);
      const end = writePositions(this.buffer, positions.subarray(start, start + count), GROUP);
      this.wasm.kernel.dotHalves(
        this.rows,
        this.rowBytes,
        0,
        end,
        this.weights,
        this.weights + values.byteLength,
        this.products,
      );
      const products = new Float32Array(this.buffer, this.products, count);
      for (let place = 0; place < count; place++) out[start + place] = products[place] * unit;
    }
  }

  private get buffer(): ArrayBuffer {
    return this.wasm.memory.buffer;
  }

  private end(rows: number): number {
    return this.rows + rows * this.rowBytes + SLACK_BYTES;
  }
}
