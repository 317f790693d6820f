import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeMatrix, encodeMatrix, type Matrix } from '../../../domain/index.js';

/** A derived matrix that is kept as a file: what is missing or damaged is computed again, and written whole or not. */
export async function cachedMatrix(path: string, compute: () => Promise<Matrix>): Promise<Matrix> {
  try {
    return decodeMatrix(await readFile(path));
  } catch {
    const matrix = await compute();
    await writeAtomically(path, encodeMatrix(matrix));
    return matrix;
  }
}

async function writeAtomically(path: string, content: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  await mkdir(dirname(path), { recursive: true });
  try {
    await writeFile(temporary, content, { flush: true });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}
