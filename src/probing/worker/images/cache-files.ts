import { createHash } from 'node:crypto';
import { readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Frame } from '../../../domain/index.js';

/** Suffix of an unfinished file. */
export const UNFINISHED = '.partial';
/** An unfinished file that was not written to for this long belongs to a killed process. */
const ABANDONED_MS = 3_600_000;
/** Part of every name. Increment it when decoding changes. */
const FORMAT = 2;
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

/**
 * Deletes the least recently used files until the cache fits. A sparse file counts with its full size.
 */
export async function evict(folder: string, maxBytes: number): Promise<void> {
  const files: { path: string; size: number; usedAt: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null);
    if (!facts?.isFile()) continue;
    if (Object.values(SUFFIXES).some((suffix) => name.endsWith(suffix)))
      files.push({ path, size: facts.size, usedAt: facts.mtimeMs });
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
