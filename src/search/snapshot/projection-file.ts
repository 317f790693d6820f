import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs';

/** Files up to this size are kept in memory. */
const CACHED_BYTES = 64 * 2 ** 20;
const VALUE_BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The whitened vector of each row of a gallery's file, as float32, in a file of a snapshot. */
export class ProjectionFile {
  private file: number | null;
  private readonly cached: Float32Array | null;

  /** @param rank values of a vector */
  constructor(
    path: string,
    private readonly rank: number,
  ) {
    this.file = openSync(path, 'r');
    const { size } = fstatSync(this.file);
    this.cached = size <= CACHED_BYTES ? new Float32Array(size / VALUE_BYTES) : null;
    if (!this.cached) return;
    readSync(this.file, this.cached, 0, size, 0);
    this.close();
  }

  /**
   * Reads the vectors of rows `first` … to fill `target`, or the beginning of the first.
   *
   * @returns false when the file was closed, because a newer snapshot replaced it
   */
  read(first: number, target: Float32Array): boolean {
    const start = first * this.rank;
    if (this.cached) target.set(this.cached.subarray(start, start + target.length));
    else if (this.file === null) return false;
    else if (readSync(this.file, target, 0, target.byteLength, start * VALUE_BYTES) < target.byteLength)
      throw new Error('a projection is missing');
    return true;
  }

  close(): void {
    if (this.file !== null) closeSync(this.file);
    this.file = null;
  }
}

/** Writes vectors of adjacent rows to a file opened for writing. */
export function writeProjections(file: number, first: number, rank: number, vectors: Float32Array): void {
  const bytes = new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
  const start = first * rank * VALUE_BYTES;
  for (let written = 0; written < bytes.length; )
    written += writeSync(file, bytes, written, bytes.length - written, start + written);
}
