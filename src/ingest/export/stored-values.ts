import { decodeFloat16, parseNpyHeader } from '../../domain/index.js';
import type { BlobStore } from '../../store/index.js';

/** Headers of stored responses have 128 bytes. */
const LONGEST_HEADER = 4096;
const VALUES_AT_ONCE = 2 ** 20;

/** The stored responses of a model. */
export interface StoredValues {
  /** C */
  outputs: number;
  /** P */
  probes: number;
  /** P flags: 1 for a probe that was run. */
  ran: Uint8Array;
  /** C × P float32, some at a time; NaN where a probe was not run. */
  values(): AsyncGenerator<Float32Array, void, undefined>;
}

/** @throws ProbelogError BLOB_MISSING */
export async function openStoredValues(blobs: BlobStore, digest: string): Promise<StoredValues> {
  const { shape, dataOffset } = parseNpyHeader(await blobs.readAll(digest, LONGEST_HEADER));
  const [outputs, probes] = shape;
  const read = async (first: number, count: number) => {
    const bytes = await blobs.read(digest, { offset: dataOffset + 2 * first, length: 2 * count });
    return decodeFloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, count));
  };
  // A probe gives all outputs at once: one output tells for all which were run.
  const first = await read(0, probes);
  return {
    outputs,
    probes,
    ran: Uint8Array.from(first, (value) => (Number.isNaN(value) ? 0 : 1)),
    async *values() {
      const all = outputs * probes;
      for (let done = 0; done < all; done += VALUES_AT_ONCE)
        yield await read(done, Math.min(VALUES_AT_ONCE, all - done));
    },
  };
}
