import { type FileHandle, open } from 'node:fs/promises';
import type { PixelSource } from './pixels.js';

/**
 * Reads images from the cache file of a whole set, one batch ahead of the model.
 *
 * @param imageBytes bytes of one image
 */
export async function cachedPixels(path: string, imageBytes: number): Promise<PixelSource> {
  const file = await open(path, 'r');
  /** Announced probes that were not taken yet. */
  let announced = new Uint32Array();
  let ahead: { count: number; pixels: Promise<Uint8Array> } | null = null;

  // The model uses one buffer while the next batch is read into the other.
  const buffers = [new Uint8Array(), new Uint8Array()];

  const readNext = async (count: number): Promise<Uint8Array> => {
    buffers.reverse();
    if (buffers[0].length < count * imageBytes) buffers[0] = new Uint8Array(count * imageBytes);
    const pixels = buffers[0].subarray(0, count * imageBytes);
    await readImages(file, imageBytes, announced.subarray(0, count), pixels);
    return pixels;
  };
  return {
    cached: () => true,
    announce(probes) {
      announced = Uint32Array.from(probes);
    },
    async take(count) {
      // Awaited even if the model now takes another number of images, so that its buffer is no longer written to.
      const read = await ahead?.pixels;
      const pixels = read && ahead?.count === count ? read : await readNext(count);
      announced = announced.subarray(count);
      const following = Math.min(count, announced.length);
      ahead = following > 0 ? { count: following, pixels: readNext(following) } : null;
      ahead?.pixels.catch(() => undefined);
      return pixels;
    },
    async finish() {
      await file.close();
    },
  };
}

/** Reads images into `pixels`, adjacent ones with one call. */
async function readImages(
  file: FileHandle,
  imageBytes: number,
  probes: Uint32Array,
  pixels: Uint8Array,
): Promise<void> {
  for (let start = 0, end = 1; start < probes.length; start = end, end++) {
    while (end < probes.length && probes[end] === probes[end - 1] + 1) end++;
    const target = pixels.subarray(start * imageBytes, end * imageBytes);
    const { bytesRead } = await file.read(target, 0, target.length, probes[start] * imageBytes);
    if (bytesRead !== target.length) throw new Error('The pixel cache is truncated.');
  }
}
