import { LRUCache } from 'lru-cache';
import { Turns } from '../runtime/index.js';
import { SharedWork } from './shared-work.js';
import type { TextEncoder } from './text-encoder.js';

/** Of a picture's file. */
export const MOST_PICTURE_BYTES = 10 * 2 ** 20;

/** A picture that somebody asks about. */
export interface Picture {
  /** SHA-256 of its bytes. */
  digest: string;
  /** Checks it and lends it as a file. @throws ProbelogError PROBE_IMAGE_INVALID */
  asFile<T>(use: (path: string) => Promise<T>): Promise<T>;
}

/** Some kilobytes each. */
const MOST_KEPT = 1_000;
/** Pictures that are decoded and embedded at a time: each takes its pixels' memory and a share of the processor. */
const MOST_AT_ONCE = 2;

/**
 * Embeds pictures under one encoder. A picture that is sent again, or by several callers at once, is decoded and
 * embedded once, and not at all when nobody waits for it by then; failures are not remembered.
 */
export function pictureEmbeddings(
  encoder: TextEncoder,
): (picture: Picture, gone?: AbortSignal) => Promise<Float32Array> {
  const turns = new Turns(MOST_AT_ONCE);
  const kept = new LRUCache<string, Float32Array>({ max: MOST_KEPT });
  const wanted = new SharedWork<Float32Array>();
  return async (picture, gone) =>
    kept.get(picture.digest) ??
    wanted.run(
      picture.digest,
      async (unwanted) => {
        const [embedding] = await turns.run(
          () => picture.asFile((path) => encoder.embedImages([path], unwanted)),
          unwanted,
        );
        kept.set(picture.digest, embedding);
        return embedding;
      },
      gone,
    );
}
