import { Header } from 'tar';

const BLOCK = 512;

/** Two empty blocks end an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** Bytes that a file of this size takes in an archive. */
export function entryBytes(size: number): number {
  return BLOCK + size + paddingBytes(size);
}

/**
 * What stands before a file in an archive. The same for the same file, so that an archive is.
 *
 * @param path of at most 100 bytes
 */
export function entryHeader(path: string, size: number): Buffer {
  const header = new Header({ path, size, mode: 0o644, type: 'File', mtime: new Date(0), uid: 0, gid: 0 });
  const block = Buffer.alloc(BLOCK);
  if (header.encode(block)) throw new Error(`the name ${path} is too long for a plain tar header`);
  return block;
}

/** What stands behind it. */
export function entryPadding(size: number): Buffer {
  return Buffer.alloc(paddingBytes(size));
}

function paddingBytes(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
