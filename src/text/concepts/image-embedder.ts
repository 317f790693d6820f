import { LRUCache } from 'lru-cache';
import { Limiter } from '../../lib/limiter.js';
import { SingleFlight } from '../../lib/single-flight.js';
import type { TextEncoder } from '../encoder/text-encoder.js';

/** Size limit of an image file. */
export const MAX_IMAGE_BYTES = 10 * 2 ** 20;

/** An image to search with. */
export interface QueryImage {
  /** SHA-256 of its bytes. */
  digest: string;
  /** Checks the image and passes it to `use` as a temporary file. @throws ProbelogError PROBE_IMAGE_INVALID */
  asFile<T>(use: (path: string) => Promise<T>): Promise<T>;
}

/** Embeddings take a few kilobytes each. */
const MAX_CACHED = 1_000;
/** Images decoded and embedded at a time, which bounds memory. The encoder's other place is for texts, which are quick. */
const MAX_CONCURRENT = 1;

/**
 * Embeds images with one encoder and caches the embeddings. Concurrent calls for the same image decode and embed it once,
 * or not at all if all of them abort first. Failures are not cached.
 */
export function createImageEmbedder(
  encoder: TextEncoder,
): (image: QueryImage, signal?: AbortSignal) => Promise<Float32Array> {
  const limiter = new Limiter(MAX_CONCURRENT);
  const cache = new LRUCache<string, Float32Array>({ max: MAX_CACHED });
  const inFlight = new SingleFlight<Float32Array>();
  return async (image, signal) =>
    cache.get(image.digest) ??
    inFlight.run(
      image.digest,
      async (flightSignal) => {
        const [embedding] = await limiter.run(
          () => image.asFile((path) => encoder.embedImages([path], flightSignal)),
          flightSignal,
        );
        cache.set(image.digest, embedding);
        return embedding;
      },
      signal,
    );
}
