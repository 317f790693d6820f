import type { Matrix } from '../linalg/matrix.js';
import { encodeNpyHeader, parseNpyHeader } from './npy.js';

/** A matrix as the bytes of a `.npy` file, float32. */
export function encodeMatrix({ rows, columns, data }: Matrix): Uint8Array {
  const header = encodeNpyHeader({ dtype: '<f4', fortranOrder: false, shape: [rows, columns] });
  return Buffer.concat([header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

/** The matrix of a `.npy` file that {@link encodeMatrix} made. @throws Error when it is cut off or none */
export function decodeMatrix(file: Uint8Array): Matrix {
  const { shape, dataOffset } = parseNpyHeader(file);
  // A copy: a Buffer may begin anywhere in its memory, and its own slice() would share that.
  const data = new Float32Array(new Uint8Array(file.subarray(dataOffset)).buffer);
  if (data.length !== shape[0] * shape[1]) throw new Error('the matrix is not whole');
  return { rows: shape[0], columns: shape[1], data };
}
