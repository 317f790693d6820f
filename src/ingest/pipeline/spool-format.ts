import { type FileHandle, open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Matrix } from '../../domain/index.js';
import type { DoneProbes } from '../../probing/index.js';

/** The first word of every spool of this format. */
const MAGIC = 0x334c5053;
const WORD_BYTES = 4;
/** Spools are read in blocks, so that memory does not grow with the number of probes. */
const BLOCK_BYTES = 4 * 2 ** 20;

/** Bytes before the first row: the magic number and C, as little-endian uint32. */
export const HEADER_BYTES = 2 * WORD_BYTES;

/** A row: the probe's position as uint32, C float32, and the CRC-32 of both as uint32. */
export function rowBytes(outputs: number): number {
  return (2 + outputs) * WORD_BYTES;
}

export function encodeHeader(outputs: number): Buffer {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(outputs, WORD_BYTES);
  return header;
}

/** Reads C; null when the file is empty or of another format. */
export async function readHeader(file: FileHandle): Promise<number | null> {
  const header = Buffer.alloc(HEADER_BYTES);
  const { bytesRead } = await file.read(header, 0, HEADER_BYTES, 0);
  if (bytesRead < HEADER_BYTES || header.readUInt32LE(0) !== MAGIC) return null;
  return header.readUInt32LE(WORD_BYTES) || null;
}

/** Number of rows before the first damaged one; a crash may have cut the last row short. */
export async function countIntactRows(file: FileHandle, outputs: number): Promise<number> {
  let count = 0;
  for await (const { block, rows } of readBlocks(file, outputs)) {
    for (let row = 0; row < rows; row++, count++) if (!isIntact(block, row, outputs)) return count;
  }
  return count;
}

/** Number of rows, damaged ones included. */
async function countRows(file: FileHandle, outputs: number): Promise<number> {
  return Math.floor(((await file.stat()).size - HEADER_BYTES) / rowBytes(outputs));
}

/** The rows of one batch as bytes. */
export function encodeRows({ probes, responses }: DoneProbes): Uint8Array {
  const outputs = responses.length / probes.length;
  const width = 2 + outputs;
  const words = new Uint32Array(probes.length * width);
  const values = new Float32Array(words.buffer);
  for (const [row, probe] of probes.entries()) {
    const start = row * width;
    words[start] = probe;
    values.set(responses.subarray(row * outputs, (row + 1) * outputs), start + 1);
    words[start + width - 1] = sumOf(words, row, outputs);
  }
  return new Uint8Array(words.buffer);
}

/** Reads all rows, block by block. @throws Error when one is damaged; the next attempt continues before it */
export async function* readRows(file: FileHandle, outputs: number): AsyncGenerator<DoneProbes> {
  for await (const { block, rows } of readBlocks(file, outputs)) {
    for (let row = 0; row < rows; row++)
      if (!isIntact(block, row, outputs)) throw new Error('The spool of responses is damaged.');
    yield decodeRows(block, outputs);
  }
}

async function* readBlocks(
  file: FileHandle,
  outputs: number,
): AsyncGenerator<{ block: Uint32Array; rows: number }> {
  const rows = await countRows(file, outputs);
  const rowsPerBlock = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes(outputs)));
  for (let first = 0; first < rows; first += rowsPerBlock) {
    const count = Math.min(rowsPerBlock, rows - first);
    const bytes = new Uint8Array(count * rowBytes(outputs));
    await file.read(bytes, 0, bytes.length, HEADER_BYTES + first * rowBytes(outputs));
    yield { block: new Uint32Array(bytes.buffer), rows: count };
  }
}

/** Responses to some probes of a set. */
export interface ObservedResponses {
  /** C × n, a column per probe that was run. */
  observed: Matrix;
  /** The probe of each column, ascending. */
  probes: Uint32Array;
}

/** Reads a finished spool: one row of C per probe, in the order the probes were run. */
export async function readSpool(path: string): Promise<ObservedResponses> {
  const file = await open(path);
  try {
    const outputs = await readHeader(file);
    if (outputs === null) throw new Error('The spool of responses is empty.');
    const order: number[] = [];
    for await (const block of readRows(file, outputs)) for (const probe of block.probes) order.push(probe);
    const probes = Uint32Array.from(order).sort();
    const columns = new Map(Array.from(probes, (probe, column) => [probe, column]));
    const data = new Float32Array(outputs * probes.length);
    for await (const block of readRows(file, outputs)) {
      const targets = block.probes.map((probe) => columns.get(probe) ?? 0);
      for (let output = 0; output < outputs; output++) {
        const start = output * probes.length;
        for (let row = 0; row < targets.length; row++)
          data[start + targets[row]] = block.responses[row * outputs + output];
      }
    }
    return { observed: { rows: outputs, columns: probes.length, data }, probes };
  } finally {
    await file.close();
  }
}

function isIntact(block: Uint32Array, row: number, outputs: number): boolean {
  return block[(row + 1) * (2 + outputs) - 1] === sumOf(block, row, outputs);
}

function sumOf(block: Uint32Array, row: number, outputs: number): number {
  const start = row * (2 + outputs);
  return crc32(new Uint8Array(block.buffer, start * WORD_BYTES, (1 + outputs) * WORD_BYTES));
}

function decodeRows(words: Uint32Array, outputs: number): DoneProbes {
  const width = 2 + outputs;
  const values = new Float32Array(words.buffer);
  const probes = new Uint32Array(words.length / width);
  const responses = new Float32Array(probes.length * outputs);
  for (let row = 0; row < probes.length; row++) {
    const start = row * width;
    probes[row] = words[start];
    responses.set(values.subarray(start + 1, start + 1 + outputs), row * outputs);
  }
  return { probes, responses };
}
