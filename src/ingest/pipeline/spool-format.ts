import type { FileHandle } from 'node:fs/promises';
import type { DoneProbes } from '../../probing/index.js';

/** Begins every spool; no spool of another format does. */
const MAGIC = 0x324c5053;
const WORD_BYTES = 4;
/** Read at a time: a few MB, whatever the number of probes. */
const BYTES_AT_ONCE = 4 * 2 ** 20;

/** Bytes before the first row: the magic number and C, as little-endian uint32. */
export const HEADER_BYTES = 2 * WORD_BYTES;

/** A row: the probe's position as uint32, then C float32. */
export function rowBytes(outputs: number): number {
  return (1 + outputs) * WORD_BYTES;
}

export function encodeHeader(outputs: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(outputs, WORD_BYTES);
  return header;
}

/** C; null when the file is empty, or no spool of this format. */
export async function readHeader(file: FileHandle): Promise<number | null> {
  const header = Buffer.alloc(HEADER_BYTES);
  const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
  if (bytesRead < HEADER_BYTES || header.readUInt32LE(0) !== MAGIC) return null;
  return header.readUInt32LE(WORD_BYTES) || null;
}

/** Whole rows in the file; the last one may be only half written. */
export async function countRows(file: FileHandle, outputs: number): Promise<number> {
  return Math.floor(((await file.stat()).size - HEADER_BYTES) / rowBytes(outputs));
}

/** The rows of one batch as bytes. */
export function encodeRows({ probes, responses }: DoneProbes): Uint8Array {
  const outputs = responses.length / probes.length;
  const words = new Uint32Array(probes.length * (1 + outputs));
  const values = new Float32Array(words.buffer);
  for (const [row, probe] of probes.entries()) {
    const start = row * (1 + outputs);
    words[start] = probe;
    values.set(responses.subarray(row * outputs, (row + 1) * outputs), start + 1);
  }
  return new Uint8Array(words.buffer);
}

/** Reads all whole rows, some at a time. */
export async function* readRows(file: FileHandle, outputs: number): AsyncGenerator<DoneProbes> {
  const rows = await countRows(file, outputs);
  const atOnce = Math.max(1, Math.floor(BYTES_AT_ONCE / rowBytes(outputs)));
  for (let first = 0; first < rows; first += atOnce) {
    const count = Math.min(atOnce, rows - first);
    const bytes = new Uint8Array(count * rowBytes(outputs));
    await file.read(bytes, 0, bytes.length, HEADER_BYTES + first * rowBytes(outputs));
    yield decodeRows(bytes, outputs);
  }
}

function decodeRows({ buffer }: Uint8Array, outputs: number): DoneProbes {
  const words = new Uint32Array(buffer);
  const values = new Float32Array(buffer);
  const probes = new Uint32Array(words.length / (1 + outputs));
  const responses = new Float32Array(probes.length * outputs);
  for (let row = 0; row < probes.length; row++) {
    const start = row * (1 + outputs);
    probes[row] = words[start];
    responses.set(values.subarray(start + 1, start + 1 + outputs), row * outputs);
  }
  return { probes, responses };
}
