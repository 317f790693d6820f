import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { decodeMatrix, encodeMatrix, type Matrix } from '../../../domain/index.js';
import { writeFileAtomically } from '../../../lib/atomic-file.js';
import { checkedContent, withChecksum } from '../../../lib/checksum.js';

/** Reads a derived matrix from its file, a `.npy` with a checksum. A missing or damaged file is computed again and written atomically. */
export async function cachedMatrix(path: string, compute: () => Promise<Matrix>): Promise<Matrix> {
  const found = await readMatrix(path);
  if (found) return found;
  const matrix = await compute();
  await mkdir(dirname(path), { recursive: true });
  await writeFileAtomically(path, withChecksum(encodeMatrix(matrix)));
  return matrix;
}

/** A matrix that {@link cachedMatrix} wrote; null when the file is missing or damaged. */
export async function readMatrix(path: string): Promise<Matrix | null> {
  try {
    return decodeMatrix(checkedContent(await readFile(path)));
  } catch {
    return null;
  }
}
