import { Header } from 'tar';

const BLOCK = 512;

/** Two empty blocks end an archive. */
export const TAR_END = Buffer.alloc(2 * BLOCK);

/** Bytes that a file of this size takes up in an archive. */
export function entryBytes(size: number): number {
  return BLOCK + size + paddingBytes(size);
}

/**
 * The header before a file in an archive. It depends on path and size only, so that the same files give the same archive.
 *
 * @param path of at most 100 bytes
 */
export function entryHeader(path: string, size: number): Buffer {
  const header = new Header({ path, size, mode: 0o644, type: 'File', mtime: new Date(0), uid: 0, gid: 0 });
  const block = Buffer.alloc(BLOCK);
  if (header.encode(block)) throw new Error(`The name ${path} is too long for a plain tar header.`);
  return block;
}

/** The padding after a file. */
export function entryPadding(size: number): Buffer {
  return Buffer.alloc(paddingBytes(size));
}

function paddingBytes(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
