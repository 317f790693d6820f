import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { decodeFloat16 } from '../../domain/index.js';

/** Files up to this size are kept in memory as well. */
const CACHED_BYTES = 64 * 2 ** 20;
const VALUE_BYTES = 2;

/**
 * Descriptors of a gallery, row after row, as float16 in one file that only grows.
 *
 * Rows are read through the operating system's page cache, which gives its memory back when others need it; a small
 * file is held in memory besides.
 */
export class RowFile {
  private readonly file: number;
  private cached: Buffer | null;
  private readonly block: Uint16Array;
  private users = 1;

  /**
   * @param columns P
   * @param rows rows that are known to be whole
   * @param mode WRITE cuts off what lies behind them; a file has one writer, and any number of readers
   */
  constructor(
    path: string,
    readonly columns: number,
    private count: number,
    mode: 'READ' | 'WRITE',
  ) {
    this.file = openSync(path, mode === 'WRITE' ? 'a+' : 'r');
    const bytes = count * columns * VALUE_BYTES;
    if (fstatSync(this.file).size < bytes) throw new Error('the descriptor file is cut off');
    if (mode === 'WRITE') ftruncateSync(this.file, bytes);
    this.cached = bytes <= CACHED_BYTES ? Buffer.allocUnsafeSlow(bytes) : null;
    if (this.cached) readSync(this.file, this.cached, 0, bytes, 0);
    this.block = new Uint16Array(columns);
  }

  get rows(): number {
    return this.count;
  }

  /** Appends rows and waits until they are on disk. */
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
   * Rows `first` … `first + count − 1`, still encoded; to be used before the next call.
   *
   * @param target holds count × P values; not always used
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

  /** Keeps the file open until `release`, also when it is closed meanwhile. */
  acquire(): void {
    this.users++;
  }

  release(): void {
    this.users--;
    if (this.users === 0) closeSync(this.file);
  }

  /** Gives up the owner's hold. */
  close(): void {
    this.release();
  }
}

function concatenated(cached: Buffer, added: Buffer): Buffer {
  const all = Buffer.allocUnsafeSlow(cached.length + added.length);
  cached.copy(all);
  added.copy(all, cached.length);
  return all;
}
