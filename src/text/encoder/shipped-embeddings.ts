import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeMatrix, encodeMatrix, type Matrix, stackRows } from '../../domain/index.js';
import { writeFileAtomically } from '../../lib/atomic-file.js';
import { checkedContent, withChecksum } from '../../lib/checksum.js';

// An encoder's folder may have a folder `embeddings` with what the encoder makes of the vocabulary and of some images. The demo's
// encoder has one: without it, a first start computes for half a minute. The vocabulary's is a file that `embedVocabulary` wrote.

/** The name of the folder in an encoder's folder. */
export const SHIPPED_FOLDER = 'embeddings';
const IMAGES = 'images.npy';
const IMAGE_LIST = 'images.json';

/** What {@link IMAGE_LIST} says of the rows of {@link IMAGES}. */
interface ImageList {
  /** Id of the encoder. */
  encoder: string;
  /** SHA-256 of each row's image file, hex. */
  digests: readonly string[];
}

/** @returns a row for each image; null when one of them is not there, or another encoder made them */
export async function shippedImages(
  shipped: string,
  encoder: string,
  digests: readonly string[],
): Promise<Matrix | null> {
  if (!(await readdir(shipped)).includes(IMAGE_LIST)) return null;
  const list = JSON.parse(await readFile(join(shipped, IMAGE_LIST), 'utf8')) as ImageList;
  if (list.encoder !== encoder) return null;
  const rowOf = new Map(list.digests.map((digest, row) => [digest, row]));
  const rows = digests.map((digest) => rowOf.get(digest));
  if (!rows.every((row) => row !== undefined)) return null;
  const { data, columns } = decodeMatrix(checkedContent(await readFile(join(shipped, IMAGES))));
  return stackRows(rows.map((row) => data.subarray(row * columns, (row + 1) * columns)));
}

/** Writes the files that {@link shippedImages} reads. @param images a unit row for each of the list's digests */
export async function shipImages(shipped: string, list: ImageList, images: Matrix): Promise<void> {
  await writeFileAtomically(join(shipped, IMAGES), withChecksum(encodeMatrix(images)));
  await writeFileAtomically(join(shipped, IMAGE_LIST), `${JSON.stringify(list, null, 1)}\n`);
}
