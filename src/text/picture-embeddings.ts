import { LRUCache } from 'lru-cache';
import { Turns } from '../runtime/index.js';
import type { TextEncoder } from './text-encoder.js';

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
 * embedded once; failures are not remembered.
 */
export function pictureEmbeddings(encoder: TextEncoder): (picture: Picture) => Promise<Float32Array> {
  const turns = new Turns(MOST_AT_ONCE);
  const kept = new LRUCache<string, Float32Array, Picture>({
    max: MOST_KEPT,
    fetchMethod: (_digest, _stale, { context }) =>
      turns.run(() => context.asFile(async (path) => (await encoder.embedImages([path]))[0])),
  });
  return (picture) => kept.forceFetch(picture.digest, { context: picture });
}
