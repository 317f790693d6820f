import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { encodeNpyHeader, type Matrix, parseNpyHeader } from '../domain/index.js';

/** A matrix as the bytes of a `.npy` file. */
export function encodeMatrix({ rows, columns, data }: Matrix): Uint8Array {
  const header = encodeNpyHeader({ dtype: '<f4', fortranOrder: false, shape: [rows, columns] });
  return Buffer.concat([header, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]);
}

/** The matrix of a `.npy` file that {@link encodeMatrix} made. */
export function decodeMatrix(file: Uint8Array): Matrix {
  const { shape, dataOffset } = parseNpyHeader(file);
  // A copy: a Buffer may begin anywhere in its memory, and its own slice() would share that.
  const data = new Float32Array(new Uint8Array(file.subarray(dataOffset)).buffer);
  if (data.length !== shape[0] * shape[1]) throw new Error('the matrix is not whole');
  return { rows: shape[0], columns: shape[1], data };
}

/** A derived matrix that is kept as a file: what is missing or damaged is computed again, and written whole or not. */
export async function keptMatrix(path: string, compute: () => Promise<Matrix>): Promise<Matrix> {
  try {
    return decodeMatrix(await readFile(path));
  } catch {
    const matrix = await compute();
    await writeWhole(path, encodeMatrix(matrix));
    return matrix;
  }
}

async function writeWhole(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, content, { flush: true });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
