import { FLOAT16_SCALE, growMemory, type KernelMemory, openKernel } from './kernel.js';

/** Rows multiplied by one call of the kernel. */
const CALL_ROWS = 1_024;
const HALF_BYTES = 2;
/** Values of a row that are multiplied together. */
const GROUP = 4;
/** The kernel reads whole groups, also behind the last row. */
const SLACK_BYTES = GROUP * HALF_BYTES;

/** Weights as the kernel reads them; see {@link rowWeights}. */
export interface RowWeights {
  values: Float64Array;
  /** Of these, weights in whole groups of four; each later group holds one weight and three zeros. */
  whole: number;
}

/** Prepares weights for products with float16 rows of the same length. */
export function rowWeights(weights: Float32Array): RowWeights {
  const whole = weights.length - (weights.length % GROUP);
  const values = new Float64Array(whole + GROUP * (weights.length - whole));
  for (let column = 0; column < weights.length; column++) {
    const place = column < whole ? column : whole + GROUP * (column - whole);
    values[place] = weights[column] * FLOAT16_SCALE;
  }
  return { values, whole };
}

/**
 * Rows of finite float16 values in memory, whose products with weights are those of `dot` to the last bit: a score does not
 * depend on the way by which its row was found.
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
    this.weights = this.products + CALL_ROWS * Float64Array.BYTES_PER_ELEMENT;
    this.rows = this.weights + (columns + GROUP * GROUP) * Float64Array.BYTES_PER_ELEMENT;
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
  multiply(positions: Uint32Array, { values, whole }: RowWeights, out: Float64Array): void {
    new Float64Array(this.buffer, this.weights, values.length).set(values);
    const valueBytes = Float64Array.BYTES_PER_ELEMENT;
    for (let start = 0; start < positions.length; start += CALL_ROWS) {
      const count = Math.min(CALL_ROWS, positions.length - start);
      const even = count + (count % 2);
      const called = new Uint32Array(this.buffer, 0, even);
      called[even - 1] = positions[start];
      called.set(positions.subarray(start, start + count));
      this.wasm.kernel.dotHalves(
        this.rows,
        this.rowBytes,
        0,
        called.byteLength,
        this.weights,
        this.weights + whole * valueBytes,
        this.weights + values.length * valueBytes,
        this.products,
      );
      out.set(new Float64Array(this.buffer, this.products, count), start);
    }
  }

  private get buffer(): ArrayBuffer {
    return this.wasm.memory.buffer;
  }

  private end(rows: number): number {
    return this.rows + rows * this.rowBytes + SLACK_BYTES;
  }
}
