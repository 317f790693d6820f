import { decodeFloat16, encodeNpyHeader, parseNpyHeader } from '../../domain/index.js';
import type { BlobStore } from '../../store/index.js';

/** File format of exported responses. */
export type ExportFormat = 'npy' | 'safetensors';

/** One file of an export. */
export interface ExportedFile {
  name: string;
  content(): AsyncGenerator<Uint8Array, void, undefined>;
}

/** A safetensors header is padded to a multiple of this. */
const ALIGNMENT = 8;

/** Headers of stored responses have 128 bytes. */
const MAX_HEADER_BYTES = 4096;
const BLOCK_VALUES = 2 ** 20;

/** The stored responses of a model. */
export interface StoredValues {
  /** C */
  outputs: number;
  /** P */
  probes: number;
  /** P flags: 1 for a probe that was run. */
  ran: Uint8Array;
  /** C × P float32, in blocks; NaN where a probe was not run. */
  values(): AsyncGenerator<Float32Array, void, undefined>;
}

/** @throws ProbelogError BLOB_MISSING */
export async function openStoredValues(blobs: BlobStore, digest: string): Promise<StoredValues> {
  const { shape, dataOffset } = parseNpyHeader(await blobs.readAll(digest, MAX_HEADER_BYTES));
  const [outputs, probes] = shape;
  const read = async (first: number, count: number) => {
    const bytes = await blobs.read(digest, { offset: dataOffset + 2 * first, length: 2 * count });
    return decodeFloat16(new Uint16Array(bytes.buffer, bytes.byteOffset, count));
  };
  // A probe was run for all outputs or for none, so the first output tells which were run.
  const first = await read(0, probes);
  return {
    outputs,
    probes,
    ran: Uint8Array.from(first, (value) => (Number.isNaN(value) ? 0 : 1)),
    async *values() {
      const all = outputs * probes;
      for (let done = 0; done < all; done += BLOCK_VALUES)
        yield await read(done, Math.min(BLOCK_VALUES, all - done));
    },
  };
}

/** The files of one model: its responses (float32, C × P), and which probes were run (P). */
export function arrayFiles(name: string, stored: StoredValues, format: ExportFormat): ExportedFile[] {
  if (format === 'safetensors') return [{ name: `${name}.safetensors`, content: () => safetensors(stored) }];
  const { outputs, probes, ran } = stored;
  return [
    {
      name: `${name}.npy`,
      async *content() {
        yield encodeNpyHeader({ dtype: '<f4', fortranOrder: false, shape: [outputs, probes] });
        yield* bytesOf(stored);
      },
    },
    {
      name: `${name}.ran.npy`,
      async *content() {
        yield encodeNpyHeader({ dtype: '|b1', fortranOrder: false, shape: [probes] });
        yield ran;
      },
    },
  ];
}

async function* safetensors(stored: StoredValues): AsyncGenerator<Uint8Array, void, undefined> {
  const { outputs, probes, ran } = stored;
  const end = 4 * outputs * probes;
  const header = JSON.stringify({
    responses: { dtype: 'F32', shape: [outputs, probes], data_offsets: [0, end] },
    ran: { dtype: 'BOOL', shape: [probes], data_offsets: [end, end + probes] },
  });
  const text = Buffer.from(header.padEnd(Math.ceil(header.length / ALIGNMENT) * ALIGNMENT));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  yield Buffer.concat([length, text]);
  yield* bytesOf(stored);
  yield ran;
}

async function* bytesOf(stored: StoredValues): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const values of stored.values())
    yield new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}
