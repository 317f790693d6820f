import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeMatrix, encodeMatrix, type Matrix } from '../../../domain/index.js';
import { writeFileAtomically } from '../../../lib/atomic-file.js';

/** Reads a derived matrix from its file. A missing or damaged file is computed again and written atomically. */
export async function cachedMatrix(path: string, compute: () => Promise<Matrix>): Promise<Matrix> {
  try {
    return decodeMatrix(await readFile(path));
  } catch {
    const matrix = await compute();
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomically(path, encodeMatrix(matrix));
    return matrix;
  }
}
