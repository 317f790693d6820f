import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { decodeFloat16 } from '../../domain/index.js';

/** Files up to this size are also kept in memory. */
const CACHED_BYTES = 64 * 2 ** 20;
const VALUE_BYTES = 2;
const BLOCK_BYTES = 4 * 2 ** 20;

/**
 * The descriptors of a gallery in one append-only file: rows of P float16 values.
 *
 * Rows are read through the operating system's page cache, which gives its memory back under pressure. A small file is
 * also kept in memory.
 */
export class RowFile {
  private readonly file: number;
  private cached: Buffer | null;
  private readonly block: Uint16Array;
  /** Rows hashed at once. */
  private readonly blockRows: number;

  /**
   * @param columns P
   * @param count rows that are complete
   * @param mode WRITE truncates the file behind them. A file has one writer and any number of readers.
   */
  constructor(
    path: string,
    readonly columns: number,
    private count: number,
    mode: 'READ' | 'WRITE',
  ) {
    this.file = openSync(path, mode === 'WRITE' ? 'a+' : 'r');
    const bytes = count * columns * VALUE_BYTES;
    if (fstatSync(this.file).size < bytes) throw new Error('the descriptor file is truncated');
    if (mode === 'WRITE') ftruncateSync(this.file, bytes);
    this.cached = bytes <= CACHED_BYTES ? Buffer.allocUnsafeSlow(bytes) : null;
    if (this.cached) readSync(this.file, this.cached, 0, bytes, 0);
    this.block = new Uint16Array(columns);
    this.blockRows = Math.max(1, Math.floor(BLOCK_BYTES / (columns * VALUE_BYTES)));
  }

  get rows(): number {
    return this.count;
  }

  /** Appends rows and syncs them to disk. */
  append(values: Uint16Array): void {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    for (let written = 0; written < bytes.length; ) written += writeSync(this.file, bytes, written);
    fsyncSync(this.file);
    this.count += values.length / this.columns;
    const total = this.count * this.columns * VALUE_BYTES;
    this.cached = this.cached && total <= CACHED_BYTES ? concatenated(this.cached, bytes) : null;
  }

  /** Row `row`, decoded. */
  read(row: number, target = new Float32Array(this.columns)): Float32Array {
    return decodeFloat16(this.encoded(row, 1, this.block), target);
  }

  /**
   * Rows `first` … `first + count − 1` as float16, count × P; valid until the next call.
   *
   * @param target room for count × P values; not used when the rows are in memory
   */
  encoded(first: number, count: number, target: Uint16Array): Uint16Array {
    const offset = first * this.columns * VALUE_BYTES;
    const length = count * this.columns;
    if (this.cached) return new Uint16Array(this.cached.buffer, offset, length);
    const bytes = new Uint8Array(target.buffer, target.byteOffset, length * VALUE_BYTES);
    if (readSync(this.file, bytes, 0, bytes.length, offset) < bytes.length)
      throw new Error('a descriptor is missing');
    return target.subarray(0, length);
  }

  /** Rows `first` … `first + count − 1`, decoded: count × P values. */
  decoded(first: number, count: number): Float32Array {
    return decodeFloat16(this.encoded(first, count, new Uint16Array(count * this.columns)));
  }

  /** SHA-256 of rows `first` … `first + count − 1` as they are stored. */
  checksum(first: number, count: number): string {
    const hash = createHash('sha256');
    for (let start = 0; start < count; start += this.blockRows) {
      const rows = Math.min(this.blockRows, count - start);
      const { buffer, byteOffset, byteLength } = this.encoded(
        first + start,
        rows,
        new Uint16Array(rows * this.columns),
      );
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
    return hash.digest('hex');
  }

  close(): void {
    closeSync(this.file);
  }
}

function concatenated(cached: Buffer, added: Buffer): Buffer {
  const all = Buffer.allocUnsafeSlow(cached.length + added.length);
  cached.copy(all);
  added.copy(all, cached.length);
  return all;
}
