import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { evict, isCached } from './cache-files.js';
import type { PixelCache } from './pixels.js';

const PRESENT = Uint8Array.of(1);
const SUM_BYTES = 4;

/**
 * Caches the pixels of some probes of a set. The file has one byte per probe, 1 if its image is present, then room for all images,
 * each with its CRC-32. It is sparse: missing images take no disk space.
 *
 * Several processes may use it at once, since all write the same bytes to the same places. A probe's byte is set after its
 * pixels are synced to disk. Both are in one file, so that neither can exist without the other.
 *
 * @param imageBytes bytes of one image
 * @param images number of images in the probe set
 * @returns null when the pixels exceed the cache's size, or the folder cannot be written
 */
export async function openSparseCache(
  path: string,
  imageBytes: number,
  images: number,
  cache: { folder: string; maxBytes: number },
): Promise<PixelCache | null> {
  const bytes = images * (1 + imageBytes + SUM_BYTES);
  if (bytes > cache.maxBytes) return null;
  try {
    await mkdir(cache.folder, { recursive: true });
    if (!(await isCached(path, bytes))) await evict(cache.folder, cache.maxBytes - bytes);
    const file = await open(path, constants.O_RDWR | constants.O_CREAT);
    await file.truncate(bytes);
    const present = new Uint8Array(images);
    await file.read(present, 0, images, 0);
    return toCache(file, imageBytes, present);
  } catch {
    return null;
  }
}

function toCache(file: FileHandle, imageBytes: number, present: Uint8Array): PixelCache {
  const placeOf = (probe: number) => present.length + probe * (imageBytes + SUM_BYTES);
  const written: number[] = [];
  let writing = Promise.resolve();

  const writeImages = async (probes: readonly number[], pixelsOf: (probe: number) => Uint8Array) => {
    for (const probe of probes) {
      const image = pixelsOf(probe).subarray(0, imageBytes);
      const { bytesWritten } = await file.write(
        Buffer.concat([image, sumOf(image)]),
        0,
        null,
        placeOf(probe),
      );
      if (bytesWritten !== imageBytes + SUM_BYTES) throw new Error('The disk has no room for the pixels.');
      written.push(probe);
    }
  };
  return {
    read(probe) {
      return present[probe] === PRESENT[0] ? readImage(file, imageBytes, placeOf(probe)) : null;
    },
    write(probes, pixels) {
      const before = writing;
      const missing = Array.from(probes).filter((probe) => present[probe] !== PRESENT[0]);
      const pixelsOf = (probe: number) => pixels.subarray(probes.indexOf(probe) * imageBytes);
      // If writing fails, most likely on a full disk, the next run decodes the image again.
      writing = writing.then(() => writeImages(missing, pixelsOf)).catch(() => undefined);
      return before;
    },
    async commit() {
      try {
        await writing;
        if (written.length > 0) await file.datasync();
        for (const probe of written) await file.write(PRESENT, 0, 1, probe);
      } catch {
        // As above.
      } finally {
        await file.close().catch(() => undefined);
      }
    },
  };
}

/** An image; null when it is damaged. */
async function readImage(file: FileHandle, imageBytes: number, place: number): Promise<Uint8Array | null> {
  const bytes = Buffer.alloc(imageBytes + SUM_BYTES);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, place);
  const pixels = bytes.subarray(0, imageBytes);
  return bytesRead === bytes.length && sumOf(pixels).equals(bytes.subarray(imageBytes)) ? pixels : null;
}

function sumOf(image: Uint8Array): Buffer {
  const sum = Buffer.alloc(SUM_BYTES);
  sum.writeUInt32LE(crc32(image));
  return sum;
}
