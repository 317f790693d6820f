import type { Matrix } from '../../domain/index.js';
import { growMemory, type KernelMemory, openKernel, padded } from './kernel.js';

/** The kernel multiplies four values, and four rows, at a time. */
const GROUP = 4;
const VALUE_BYTES = Float32Array.BYTES_PER_ELEMENT;

let wasm: KernelMemory | null = null;

/** X·Xᵀ of a few rows, as for a reranked window: for those, ONNX Runtime spends more on the call than on the product. */
export function innerProducts({ rows, columns, data }: Matrix): Matrix {
  const paddedRows = padded(rows, GROUP);
  const rowValues = padded(columns, GROUP);
  const inputBytes = paddedRows * rowValues * VALUE_BYTES;
  const bytes = inputBytes + paddedRows * paddedRows * VALUE_BYTES;
  wasm ??= openKernel(bytes);
  growMemory(wasm.memory, bytes);
  const input = new Float32Array(wasm.memory.buffer, 0, paddedRows * rowValues);
  input.fill(0);
  for (let row = 0; row < rows; row++)
    input.set(data.subarray(row * columns, (row + 1) * columns), row * rowValues);
  wasm.kernel.gram(0, inputBytes, rowValues * VALUE_BYTES, inputBytes, paddedRows * VALUE_BYTES);
  const output = new Float32Array(wasm.memory.buffer, inputBytes, paddedRows * paddedRows);
  const products = new Float32Array(rows * rows);
  for (let row = 0; row < rows; row++) {
    for (let column = row; column < rows; column++) {
      const product = output[row * paddedRows + column];
      products[row * rows + column] = product;
      products[column * rows + row] = product;
    }
  }
  return { rows, columns: rows, data: products };
}
