import { createHash } from 'node:crypto';

/** Bytes of a SHA-256, the end of a file with a checksum. */
export const CHECKSUM_BYTES = 32;

/** A file's content and the SHA-256 of it, for files that are computed: nothing else tells whether they are still right. */
export function withChecksum(content: Uint8Array | string): Uint8Array {
  return Buffer.concat([typeof content === 'string' ? Buffer.from(content) : content, sha256(content)]);
}

/** The content of a file made by {@link withChecksum}, not copied. @throws Error when the file is damaged */
export function checkedContent(file: Uint8Array): Uint8Array {
  const content = file.subarray(0, Math.max(0, file.length - CHECKSUM_BYTES));
  if (!sha256(content).equals(file.subarray(content.length)))
    throw new Error('the file is damaged: its checksum does not match its content');
  return content;
}

function sha256(content: Uint8Array | string): Buffer {
  return createHash('sha256').update(content).digest();
}
