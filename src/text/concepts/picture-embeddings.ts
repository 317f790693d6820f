import { LRUCache } from 'lru-cache';
import { Limiter } from '../../lib/limiter.js';
import { SingleFlight } from '../../lib/single-flight.js';
import type { TextEncoder } from '../encoder/text-encoder.js';

/** Of a picture's file. */
export const MAX_IMAGE_BYTES = 10 * 2 ** 20;

/** A picture that somebody asks about. */
export interface Picture {
  /** SHA-256 of its bytes. */
  digest: string;
  /** Checks it and lends it as a file. @throws ProbelogError PROBE_IMAGE_INVALID */
  asFile<T>(use: (path: string) => Promise<T>): Promise<T>;
}

/** Some kilobytes each. */
const MAX_KEPT = 1_000;
/** Pictures that are decoded and embedded at a time: each takes its pixels' memory and a share of the processor. */
const MAX_CONCURRENT = 2;

/**
 * Embeds pictures under one encoder. A picture that is sent again, or by several callers at once, is decoded and
 * embedded once, and not at all when nobody waits for it by then; failures are not remembered.
 */
export function imageEmbeddings(
  encoder: TextEncoder,
): (picture: Picture, gone?: AbortSignal) => Promise<Float32Array> {
  const limiter = new Limiter(MAX_CONCURRENT);
  const kept = new LRUCache<string, Float32Array>({ max: MAX_KEPT });
  const wanted = new SingleFlight<Float32Array>();
  return async (picture, gone) =>
    kept.get(picture.digest) ??
    wanted.run(
      picture.digest,
      async (unwanted) => {
        const [embedding] = await limiter.run(
          () => picture.asFile((path) => encoder.embedImages([path], unwanted)),
          unwanted,
        );
        kept.set(picture.digest, embedding);
        return embedding;
      },
      gone,
    );
}
