import { constants } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { evict, isCached } from './cache-files.js';
import type { PixelCache } from './pixels.js';

const PRESENT = Uint8Array.of(1);

/**
 * Keeps the pixels of some probes of a set. The file has one byte for each probe, 1 when its image is present, and
 * then room for all images: where nothing was written it takes no space on the disk.
 *
 * Several processes may use it at once: all write the same to the same places. A byte is set only when the pixels
 * are safely on the disk. Both are in one file, so that neither can outlive the other.
 *
 * @param imageBytes bytes of one image
 * @param images how many the probe set has
 * @returns null when the pixels are larger than the cache may be, or the folder cannot be written
 */
export async function openSparseCache(
  path: string,
  imageBytes: number,
  images: number,
  cache: { folder: string; maxBytes: number },
): Promise<PixelCache | null> {
  const bytes = images * (1 + imageBytes);
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
  const placeOf = (probe: number) => present.length + probe * imageBytes;
  const written: number[] = [];
  let writing = Promise.resolve();

  const writeImages = async (probes: readonly number[], pixelsOf: (probe: number) => Uint8Array) => {
    for (const probe of probes) {
      const { bytesWritten } = await file.write(pixelsOf(probe), 0, imageBytes, placeOf(probe));
      if (bytesWritten !== imageBytes) throw new Error('There is no room for the pixels.');
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
      // What cannot be written, most likely for want of space, is decoded again by the next run.
      writing = writing.then(() => writeImages(missing, pixelsOf)).catch(() => undefined);
      return before;
    },
    async commit() {
      try {
        await writing;
        if (written.length > 0) await file.datasync();
        for (const probe of written) await file.write(PRESENT, 0, 1, probe);
      } catch {
        // The same.
      } finally {
        await file.close().catch(() => undefined);
      }
    },
  };
}

async function readImage(file: FileHandle, imageBytes: number, place: number): Promise<Uint8Array> {
  const pixels = new Uint8Array(imageBytes);
  const { bytesRead } = await file.read(pixels, 0, imageBytes, place);
  if (bytesRead !== imageBytes) throw new Error('The pixel cache ends too early.');
  return pixels;
}
