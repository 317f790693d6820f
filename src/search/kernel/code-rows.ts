import { growMemory, type KernelMemory, openKernel, padded, writePositions } from './kernel.js';

/** Rows multiplied by one call of the kernel. */
const CALL_ROWS = 4_096;
/** The kernel reads whole groups of bytes. */
const GROUP = 16;
/** It multiplies two rows at a time. */
const GROUP_ROWS = 2;
const MAX_CODE = 127;
/** Small enough that the products of 512 columns fit into 32 bits. */
const MAX_QUERY = 32_767;

/** Rows of signed bytes in memory: vectors in units of one scale. They choose candidates and never score them. */
export class CodeRows {
  /** Bytes of a row: r and zeros up to a whole group. */
  readonly stride: number;
  private readonly wasm: KernelMemory;
  /** Addresses in the memory. */
  private readonly products = CALL_ROWS * Uint32Array.BYTES_PER_ELEMENT;
  private readonly query = this.products + CALL_ROWS * Int32Array.BYTES_PER_ELEMENT;
  private readonly rows: number;

  /**
   * @param columns r, at most 512
   * @param capacity rows that fit; see {@link reserve}
   */
  constructor(
    private readonly columns: number,
    capacity: number,
  ) {
    this.stride = padded(columns, GROUP);
    this.rows = this.query + this.stride * Int16Array.BYTES_PER_ELEMENT;
    this.wasm = openKernel(this.end(capacity));
  }

  /** Makes room for more rows. Earlier results of {@link codes} become empty. */
  reserve(capacity: number): void {
    growMemory(this.wasm.memory, this.end(capacity));
  }

  /** Rows `first` … `first + count − 1`, to be read or written. */
  codes(first: number, count: number): Int8Array {
    return new Int8Array(this.buffer, this.rows + first * this.stride, count * this.stride);
  }

  /** Writes a vector as a row; values beyond the scale's range are cut. @param scale value of one unit */
  encode(row: number, vector: Float32Array, scale: number): void {
    const codes = this.codes(row, 1);
    for (let column = 0; column < this.columns; column++)
      codes[column] = Math.max(-MAX_CODE, Math.min(MAX_CODE, Math.round(vector[column] / scale)));
  }

  /**
   * The product of each of `positions` with a vector, up to one common factor.
   *
   * @param columns how many count, from the first on
   */
  multiply(positions: Uint32Array, vector: Float32Array, columns = vector.length): Int32Array {
    const out = new Int32Array(positions.length);
    const used = padded(Math.min(columns, this.columns), GROUP);
    new Int16Array(this.buffer, this.query, this.stride).set(wholeNumbers(vector));
    for (let start = 0; start < positions.length; start += CALL_ROWS) {
      const count = Math.min(CALL_ROWS, positions.length - start);
      const end = writePositions(this.buffer, positions.subarray(start, start + count), GROUP_ROWS);
      this.wasm.kernel.dotCodes(this.rows, this.stride, used, 0, end, this.query, this.products);
      out.set(new Int32Array(this.buffer, this.products, count), start);
    }
    return out;
  }

  private get buffer(): ArrayBuffer {
    return this.wasm.memory.buffer;
  }

  private end(rows: number): number {
    return this.rows + rows * this.stride;
  }
}

/** The scale at which the largest value becomes the largest code. */
export function codeScale(largest: number): number {
  return largest > 0 ? largest / MAX_CODE : 1;
}

function wholeNumbers(vector: Float32Array): Int16Array {
  let largest = 0;
  for (let place = 0; place < vector.length; place++) largest = Math.max(largest, Math.abs(vector[place]));
  const numbers = new Int16Array(vector.length);
  if (largest > 0)
    for (let place = 0; place < vector.length; place++)
      numbers[place] = Math.round((vector[place] / largest) * MAX_QUERY);
  return numbers;
}
