import type { Matrix } from '../../domain/index.js';
import { type KernelMemory, openKernel, padded } from './kernel.js';

/** The kernel multiplies four values, and four rows, at a time. */
const GROUP = 4;
const VALUE_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** A matrix in memory, multiplied by one vector after another. */
export class FloatRows {
  private readonly wasm: KernelMemory;
  private readonly count: number;
  /** Values of a row, with zeros up to a whole group. */
  private readonly stride: number;
  /** Address of the vector; that of the products is behind it. */
  private readonly vector: number;
  private readonly products: number;

  constructor({ rows, columns, data }: Matrix) {
    this.count = rows;
    this.stride = padded(columns, GROUP);
    const paddedRows = padded(rows, GROUP);
    this.vector = paddedRows * this.stride * VALUE_BYTES;
    this.products = this.vector + this.stride * VALUE_BYTES;
    this.wasm = openKernel(this.products + paddedRows * VALUE_BYTES);
    const target = new Float32Array(this.wasm.memory.buffer, 0, paddedRows * this.stride);
    for (let row = 0; row < rows; row++)
      target.set(data.subarray(row * columns, (row + 1) * columns), row * this.stride);
  }

  /** The product of each row with a vector of as many values. */
  multiply(vector: Float32Array): Float32Array {
    const { buffer } = this.wasm.memory;
    new Float32Array(buffer, this.vector, vector.length).set(vector);
    this.wasm.kernel.dotFloats(0, this.vector, this.stride * VALUE_BYTES, this.vector, this.products);
    return new Float32Array(buffer, this.products, this.count).slice();
  }
}
