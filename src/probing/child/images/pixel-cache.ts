import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesPerImage, type PixelGeometry } from './pixel-geometry.js';

const SUFFIX = '.pixels';
const UNFINISHED = '.partial';
/** An unfinished file that nobody has written to for so long belongs to a process that was killed. */
const ABANDONED_MS = 3_600_000;
/** Part of every name: another way of decoding needs another number. */
const FORMAT = 1;

/** Takes the pixels of a whole probe set in order. Never fails: a cache that cannot be written is no cache. */
export interface CacheWriter {
  /** Takes pixels; resolves when the ones before are written, so that a slow disk slows the run and fills no memory. */
  write(pixels: Uint8Array): Promise<void>;
  /** Makes the file visible under its name, whole. */
  commit(): Promise<void>;
}

/** Where the pixels of these images are kept in this geometry. */
export function cachePath(folder: string, geometry: PixelGeometry, digests: readonly string[]): string {
  const { width, height, resize, cropFraction, resample, grayscale } = geometry;
  const hash = createHash('sha256');
  hash.update(JSON.stringify([FORMAT, width, height, resize, cropFraction, resample, grayscale]));
  for (const digest of digests) hash.update(digest);
  return join(folder, hash.digest('hex') + SUFFIX);
}

/** Whether the file is there and whole; a damaged one is deleted. Being asked for keeps it from being evicted. */
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
 * Starts a cache file, and makes room for it: files used longest ago go first.
 *
 * @returns null when the pixels are larger than the cache may be, or the folder cannot be written
 */
export async function cacheWriter(
  path: string,
  geometry: PixelGeometry,
  images: number,
  cache: { folder: string; maxBytes: number },
): Promise<CacheWriter | null> {
  const expected = bytesPerImage(geometry) * images;
  if (expected > cache.maxBytes) return null;
  const partial = `${path}.${randomUUID()}${UNFINISHED}`;
  try {
    await mkdir(cache.folder, { recursive: true });
    await evict(cache.folder, cache.maxBytes - expected);
    return writerOf(await open(partial, 'wx'), partial, path, expected);
  } catch {
    return null;
  }
}

function writerOf(
  file: Awaited<ReturnType<typeof open>>,
  partial: string,
  path: string,
  expected: number,
): CacheWriter {
  let bytes = 0;
  let failed = false;
  let writing = Promise.resolve();
  return {
    write(pixels) {
      bytes += pixels.length;
      const before = writing;
      writing = writing
        .then(async () => {
          if (!failed) await file.writeFile(pixels);
        })
        .catch(() => {
          failed = true;
        });
      return before;
    },
    async commit() {
      try {
        await writing;
        if (!failed && bytes === expected) {
          await file.datasync();
          await rename(partial, path);
        }
      } catch {
        // A full disk, most likely: the next run decodes again.
      } finally {
        await file.close().catch(() => undefined);
        await rm(partial, { force: true }).catch(() => undefined);
      }
    },
  };
}

async function evict(folder: string, maxBytes: number): Promise<void> {
  const files: { path: string; size: number; usedAt: number }[] = [];
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => null);
    if (!facts?.isFile()) continue;
    if (name.endsWith(SUFFIX)) files.push({ path, size: facts.size, usedAt: facts.mtimeMs });
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
