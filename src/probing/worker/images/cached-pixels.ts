import { type FileHandle, open } from 'node:fs/promises';
import type { PixelSource } from './pixel-source.js';

/**
 * Reads images from the cache file of a whole set, always one batch ahead of the model.
 *
 * @param imageBytes bytes of one image
 */
export async function cachedPixels(path: string, imageBytes: number): Promise<PixelSource> {
  const file = await open(path, 'r');
  /** What is announced and not taken yet. */
  let left = new Uint32Array();
  let ahead: { count: number; pixels: Promise<Uint8Array> } | null = null;

  // One batch is with the model while the next is read.
  const rooms = [new Uint8Array(), new Uint8Array()];

  const readNext = async (count: number): Promise<Uint8Array> => {
    rooms.reverse();
    if (rooms[0].length < count * imageBytes) rooms[0] = new Uint8Array(count * imageBytes);
    const pixels = rooms[0].subarray(0, count * imageBytes);
    await readImages(file, imageBytes, left.subarray(0, count), pixels);
    return pixels;
  };
  return {
    cached: () => true,
    announce(probes) {
      left = Uint32Array.from(probes);
    },
    async take(count) {
      // Awaited even when the model wants another number by now: its room must not be written to any more.
      const read = await ahead?.pixels;
      const pixels = read && ahead?.count === count ? read : await readNext(count);
      left = left.subarray(count);
      const following = Math.min(count, left.length);
      ahead = following > 0 ? { count: following, pixels: readNext(following) } : null;
      ahead?.pixels.catch(() => undefined);
      return pixels;
    },
    async finish() {
      await file.close();
    },
  };
}

/** Reads images one after the other into `pixels`; neighbors in the file in one go. */
async function readImages(
  file: FileHandle,
  imageBytes: number,
  probes: Uint32Array,
  pixels: Uint8Array,
): Promise<void> {
  for (let start = 0, end = 1; start < probes.length; start = end, end++) {
    while (end < probes.length && probes[end] === probes[end - 1] + 1) end++;
    const wanted = pixels.subarray(start * imageBytes, end * imageBytes);
    const { bytesRead } = await file.read(wanted, 0, wanted.length, probes[start] * imageBytes);
    if (bytesRead !== wanted.length) throw new Error('The pixel cache ends too early.');
  }
}
