import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeMatrix, encodeMatrix, type Matrix } from '../../domain/index.js';
import { writeFileAtomically } from '../../lib/atomic-file.js';

/** A derived matrix that is kept as a file: what is missing or damaged is computed again, and written whole or not. */
export async function keptMatrix(path: string, compute: () => Promise<Matrix>): Promise<Matrix> {
  try {
    return decodeMatrix(await readFile(path));
  } catch {
    const matrix = await compute();
    await mkdir(dirname(path), { recursive: true });
    await writeFileAtomically(path, encodeMatrix(matrix));
    return matrix;
  }
}
