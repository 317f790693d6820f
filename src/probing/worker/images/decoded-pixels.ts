import type { Frame } from '../../../domain/index.js';
import type { PixelCache, PixelSource } from './pixels.js';
import { bytesPerImage } from './pixels.js';

/**
 * Decodes images ahead of the model on libuv's threads, a bounded number at a time, and caches them for other runs.
 *
 * @param paths files of all probes
 * @param ahead images to decode at a time
 * @param cache null when nothing is kept
 */
export function decodedPixels(
  paths: readonly string[],
  frame: Frame,
  ahead: number,
  cache: PixelCache | null,
): PixelSource {
  const size = bytesPerImage(frame);
  const queue: Promise<Uint8Array>[] = [];
  let announced = new Uint32Array();
  let taken = 0;
  let decoded = false;
  const decode = async (probe: number): Promise<Uint8Array> => {
    decoded = true;
    // Loaded on demand: a run with cached images needs no image library.
    const { decodePixels } = await import('./decode-pixels.js');
    return decodePixels(paths[probe], frame);
  };
  const read = (probe: number): Promise<Uint8Array> | undefined =>
    cache?.read(probe)?.then((pixels) => pixels ?? decode(probe));
  const refill = () => {
    while (queue.length < ahead && taken + queue.length < announced.length) {
      const probe = announced[taken + queue.length];
      const pixels = read(probe) ?? decode(probe);
      // `take` throws the error. Until then it must not count as an unhandled rejection.
      pixels.catch(() => undefined);
      queue.push(pixels);
    }
  };
  return {
    cached: () => !decoded,
    announce(probes) {
      announced = Uint32Array.from(probes);
      taken = 0;
      refill();
    },
    async take(count) {
      const batch = new Uint8Array(count * size);
      const probes = announced.subarray(taken, taken + count);
      for (let i = 0; i < count; i++) {
        const next = queue.shift();
        taken++;
        const pixels = await next;
        refill();
        if (pixels) batch.set(pixels, i * size);
      }
      await cache?.write(probes, batch);
      return batch;
    },
    async finish() {
      await cache?.commit();
    },
  };
}
