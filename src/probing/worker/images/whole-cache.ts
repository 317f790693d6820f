import { createHash, randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { moveDurably } from '../../../lib/atomic-file.js';
import { evict, UNFINISHED } from './cache-files.js';
import type { PixelCache } from './pixels.js';

/**
 * Caches the pixels of a whole probe set, which must be written in order. The file ends with their SHA-256, and gets its name when
 * it is complete.
 *
 * @param bytes size of all pixels
 * @param replaces a file that is obsolete afterwards
 * @returns null when the pixels exceed the cache's size, or the folder cannot be written
 */
export async function openWholeCache(
  path: string,
  bytes: number,
  cache: { folder: string; maxBytes: number },
  replaces: string,
): Promise<PixelCache | null> {
  if (bytes > cache.maxBytes) return null;
  const partial = `${path}.${randomUUID()}${UNFINISHED}`;
  try {
    await mkdir(cache.folder, { recursive: true });
    await evict(cache.folder, cache.maxBytes - bytes);
    return toCache(await open(partial, 'wx'), partial, path, bytes, replaces);
  } catch {
    return null;
  }
}

function toCache(
  file: FileHandle,
  partial: string,
  path: string,
  expected: number,
  replaces: string,
): PixelCache {
  const hash = createHash('sha256');
  let bytes = 0;
  let failed = false;
  let writing = Promise.resolve();
  return {
    read: () => null,
    write(_, pixels) {
      bytes += pixels.length;
      hash.update(pixels);
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
          await file.writeFile(hash.digest());
          await file.datasync();
          await moveDurably(partial, path);
          await rm(replaces, { force: true });
        }
      } catch {
        // Most likely a full disk. The next run decodes again.
      } finally {
        await file.close().catch(() => undefined);
        await rm(partial, { force: true }).catch(() => undefined);
      }
    },
  };
}
