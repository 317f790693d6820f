import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { decodeFloat16, float16Value } from '../../domain/index.js';
import { HalfRows, type RowWeights } from '../kernel/half-rows.js';

/** Files up to this size are also kept in memory. */
const CACHED_BYTES = 64 * 2 ** 20;
const VALUE_BYTES = 2;
const BLOCK_BYTES = 4 * 2 ** 20;
/** A cache that is full grows by this share. */
const CACHE_GROWTH = 1.5;
/** Rows read from the file and multiplied at once. */
const MULTIPLIED_ROWS = 256;

/**
 * The descriptors of a gallery in one append-only file: rows of P float16 values.
 *
 * Rows are read through the operating system's page cache, which gives its memory back under pressure. A small file is
 * also kept in memory.
 */
export class RowFile {
  private readonly file: number;
  /** All rows; null for a large file. */
  private cached: { rows: HalfRows; capacity: number } | null;
  private readonly block: Uint16Array;
  /** Rows of a large file while they are multiplied. */
  private multiplied: HalfRows | null = null;
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
    this.cached = bytes <= CACHED_BYTES ? { rows: new HalfRows(columns, count), capacity: count } : null;
    if (this.cached) this.readInto(this.cached.rows.bytes(0, count), 0);
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
    const first = this.count;
    this.count += values.length / this.columns;
    if (this.count * this.columns * VALUE_BYTES > CACHED_BYTES) this.cached = null;
    if (!this.cached) return;
    if (this.count > this.cached.capacity) {
      this.cached.capacity = Math.ceil(this.count * CACHE_GROWTH);
      this.cached.rows.reserve(this.cached.capacity);
    }
    this.cached.rows.bytes(first, this.count - first).set(bytes);
  }

  /** Row `row`, decoded. */
  read(row: number, target = new Float32Array(this.columns)): Float32Array {
    return decodeFloat16(this.encoded(row, 1, this.block), target);
  }

  /** Some values of row `row`, decoded at their places in `target`. */
  readProbes(row: number, probes: Uint32Array, target: Float32Array): Float32Array {
    const encoded = this.encoded(row, 1, this.block);
    for (let place = 0; place < probes.length; place++)
      target[probes[place]] = float16Value(encoded[probes[place]]);
    return target;
  }

  /**
   * Rows `first` … `first + count − 1` as float16, count × P; valid until the next call.
   *
   * @param target room for count × P values; not used when the rows are in memory
   */
  encoded(first: number, count: number, target: Uint16Array): Uint16Array {
    const length = count * this.columns;
    if (this.cached) {
      const { buffer, byteOffset } = this.cached.rows.bytes(first, count);
      return new Uint16Array(buffer, byteOffset, length);
    }
    this.readInto(new Uint8Array(target.buffer, target.byteOffset, length * VALUE_BYTES), first);
    return target.subarray(0, length);
  }

  /** Rows `first` … `first + count − 1`, decoded: count × P values. */
  decoded(first: number, count: number): Float32Array {
    return decodeFloat16(this.encoded(first, count, new Uint16Array(count * this.columns)));
  }

  /** Whether all rows are in memory. */
  get isCached(): boolean {
    return this.cached !== null;
  }

  /** The product of each of `rows`, ascending, with the weights. */
  multiply(rows: Uint32Array, weights: RowWeights): Float64Array {
    const products = new Float64Array(rows.length);
    if (this.cached) {
      this.cached.rows.multiply(rows, weights, products);
      return products;
    }
    this.multiplied ??= new HalfRows(this.columns, MULTIPLIED_ROWS);
    for (let start = 0; start < rows.length; start += MULTIPLIED_ROWS) {
      const some = rows.subarray(start, start + MULTIPLIED_ROWS);
      this.copyRows(some, this.multiplied);
      this.multiplied.multiply(EACH.subarray(0, some.length), weights, products.subarray(start));
    }
    return products;
  }

  /** Copies some rows, ascending, to the beginning of a memory with room for them. */
  copyRows(rows: Uint32Array, target: HalfRows): void {
    for (let start = 0; start < rows.length; ) {
      let end = start + 1;
      while (end < rows.length && rows[end] === rows[end - 1] + 1) end++;
      this.readInto(target.bytes(start, end - start), rows[start]);
      start = end;
    }
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

  /** Reads rows from `first` on until `bytes` is full. */
  private readInto(bytes: Uint8Array, first: number): void {
    const offset = first * this.columns * VALUE_BYTES;
    if (readSync(this.file, bytes, 0, bytes.length, offset) < bytes.length)
      throw new Error('a descriptor is missing');
  }
}

/** 0, 1, 2, … */
const EACH = Uint32Array.from({ length: MULTIPLIED_ROWS }, (_, place) => place);
