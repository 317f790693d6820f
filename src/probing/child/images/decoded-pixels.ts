import { decodePixels } from './decode-pixels.js';
import type { CacheWriter } from './pixel-cache.js';
import { bytesPerImage, type PixelGeometry } from './pixel-geometry.js';
import type { PixelSource } from './pixel-source.js';

/**
 * Decodes images ahead of the model on libuv's threads, a bounded number of them, and copies them to the cache.
 *
 * @param ahead images under way at a time
 * @param writer null when nothing is to be cached
 */
export function decodedPixels(
  paths: readonly string[],
  geometry: PixelGeometry,
  ahead: number,
  writer: CacheWriter | null,
): PixelSource {
  const size = bytesPerImage(geometry);
  const queue: Promise<Buffer>[] = [];
  let next = 0;
  const refill = () => {
    while (queue.length < ahead && next < paths.length) {
      const pixels = decodePixels(paths[next++], geometry);
      // Whoever takes it sees the error; until then it must not count as unhandled.
      pixels.catch(() => undefined);
      queue.push(pixels);
    }
  };
  refill();
  return {
    cached: false,
    async take(count) {
      const batch = new Uint8Array(count * size);
      for (let i = 0; i < count; i++) {
        const pixels = await queue.shift();
        refill();
        if (pixels) batch.set(pixels, i * size);
      }
      await writer?.write(batch);
      return batch;
    },
    async finish() {
      await writer?.commit();
    },
  };
}
