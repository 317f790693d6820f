import { open } from 'node:fs/promises';
import type { PixelSource } from './pixel-source.js';

/**
 * Reads images from a cache file, always one batch ahead of the model.
 *
 * @param imageBytes bytes of one image
 * @param first the image to start with
 * @param images how many the file holds
 */
export async function cachedPixels(
  path: string,
  imageBytes: number,
  first: number,
  images: number,
): Promise<PixelSource> {
  const file = await open(path, 'r');
  let position = first;
  let ahead: { count: number; pixels: Promise<Uint8Array> } | null = null;

  // One batch is with the model while the next is read.
  const rooms = [new Uint8Array(), new Uint8Array()];

  const read = async (from: number, count: number): Promise<Uint8Array> => {
    rooms.reverse();
    if (rooms[0].length < count * imageBytes) rooms[0] = new Uint8Array(count * imageBytes);
    const pixels = rooms[0].subarray(0, count * imageBytes);
    const { bytesRead } = await file.read(pixels, 0, pixels.length, from * imageBytes);
    if (bytesRead !== pixels.length) throw new Error('The pixel cache ends too early.');
    return pixels;
  };
  return {
    cached: true,
    async take(count) {
      const pixels = await (ahead?.count === count ? ahead.pixels : read(position, count));
      position += count;
      const following = Math.min(count, images - position);
      ahead = following > 0 ? { count: following, pixels: read(position, following) } : null;
      ahead?.pixels.catch(() => undefined);
      return pixels;
    },
    async finish() {
      await file.close();
    },
  };
}
