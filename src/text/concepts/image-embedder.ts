import { LRUCache } from 'lru-cache';
import { Limiter } from '../../lib/limiter.js';
import { SingleFlight } from '../../lib/single-flight.js';
import type { TextEncoder } from '../encoder/text-encoder.js';

/** Of a picture's file. */
export const MAX_IMAGE_BYTES = 10 * 2 ** 20;

/** A picture that somebody asks about. */
export interface QueryImage {
  /** SHA-256 of its bytes. */
  digest: string;
  /** Checks it and lends it as a file. @throws ProbelogError PROBE_IMAGE_INVALID */
  asFile<T>(use: (path: string) => Promise<T>): Promise<T>;
}

/** Some kilobytes each. */
const MAX_CACHED = 1_000;
/** Pictures that are decoded and embedded at a time: each takes its pixels' memory and a share of the processor. */
const MAX_CONCURRENT = 2;

/**
 * Embeds pictures under one encoder. A picture that is sent again, or by several callers at once, is decoded and
 * embedded once, and not at all when nobody waits for it by then; failures are not remembered.
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
