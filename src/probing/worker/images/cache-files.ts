import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from '../../../domain/index.js';
import { CHECKSUM_BYTES } from '../../../lib/checksum.js';

/** Suffix of an unfinished file. */
export const UNFINISHED = '.partial';
/** An unfinished file that was not written to for this long belongs to a killed process. */
const ABANDONED_MS = 3_600_000;
/** Part of every name. Increment it when decoding changes. */
const FORMAT = 3;
const READ_BYTES = 2 ** 20;
const SUFFIXES = { WHOLE: '.pixels', SPARSE: '.sparse' };

/** Path of the cached pixels of these images in this frame; SPARSE holds only some images. */
export function cachePath(
  folder: string,
  frame: Frame,
  digests: readonly string[],
  kind: keyof typeof SUFFIXES,
): string {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([FORMAT, Object.entries(frame).sort(([a], [b]) => (a < b ? -1 : 1))]));
  for (const digest of digests) hash.update(digest);
  return join(folder, hash.digest('hex') + SUFFIXES[kind]);
}

/** Whether the file exists with this size. Deletes a damaged file, and marks a good one as recently used. */
export async function isCached(path: string, bytes: number): Promise<boolean> {
  const facts = await stat(path).catch(() => null);
  if (!facts) return false;
  if (facts.size !== bytes) {
    await rm(path, { force: true });
    return false;
  }
  const now = new Date();
  await utimes(path, now, now).catch(() => undefined);
  return true;
}

/** Whether the last bytes of a file are the SHA-256 of those before. Deletes a damaged file. */
export async function isIntact(path: string, bytes: number): Promise<boolean> {
  const hash = createHash('sha256');
  const sum: Buffer[] = [];
  let position = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: READ_BYTES })) {
    const content = (chunk as Buffer).subarray(0, Math.max(0, bytes - position));
    hash.update(content);
    sum.push((chunk as Buffer).subarray(content.length));
    position += content.length;
  }
  if (hash.digest().equals(Buffer.concat(sum))) return true;
  await rm(path, { force: true });
  return false;
}

/**
 * Deletes the least recently used files until the cache fits. A sparse file counts with its full size, and checksums do not count.
 */
export async function evict(folder: string, maxBytes: number): Promise<void> {
  const files: { path: string; size: number; usedAt: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null);
    if (!facts?.isFile()) continue;
    if (Object.values(SUFFIXES).some((suffix) => name.endsWith(suffix)))
      files.push({ path, size: facts.size - checksumBytes(name), usedAt: facts.mtimeMs });
    else if (name.endsWith(UNFINISHED) && Date.now() - facts.mtimeMs > ABANDONED_MS)
      await rm(path, { force: true });
  }
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (const { path, size } of files.sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= maxBytes) break;
    await rm(path, { force: true });
    total -= size;
  }
}

function checksumBytes(name: string): number {
  return name.endsWith(SUFFIXES.WHOLE) ? CHECKSUM_BYTES : 0;
}
