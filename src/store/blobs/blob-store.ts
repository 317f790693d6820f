import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ProbelogError } from '../../errors/index.js';
import { makeFolderDurably, moveDurably } from '../../lib/atomic-file.js';
import { exists } from '../../lib/exists.js';
import { asStorageError } from '../database/storage-error.js';

/** A stored file, named by the SHA-256 of its content. */
export interface StoredBlob {
  digest: string;
  bytes: number;
}

/** Anything that yields the bytes of a file. */
export type BlobContent = Uint8Array | AsyncIterable<Uint8Array>;

const DIGEST = /^[0-9a-f]{64}$/;
const DAY_MS = 86_400_000;

/** Options of removing unused blobs. */
export interface CleanUpOptions {
  /** Younger files stay, because their row may not be written yet; a day when absent. */
  olderThanMs?: number;
  /** Ends the removal early; the next one goes on. */
  signal?: AbortSignal;
}

/**
 * Content-addressed files in a folder.
 *
 * A file is written under a temporary name, synced and renamed, and the folder is synced too. So a file that exists is
 * complete, even after a power cut. Database rows refer to a file only after that. A file without a row may be new, so cleanup
 * removes it only when it is older than any write can take.
 */
export class BlobStore {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  /** Path of the file with this digest; the file need not exist. @throws Error when the text is not a digest */
  path(digest: string): string {
    if (!DIGEST.test(digest)) throw new Error('not a SHA-256 digest');
    return join(this.folder, digest.slice(0, 2), digest.slice(2));
  }

  /** @throws ProbelogError STORAGE_FULL; errors of `content`. A failed write leaves no file. */
  async put(content: BlobContent): Promise<StoredBlob> {
    const temporary = join(this.folder, `${randomUUID()}.part`);
    try {
      await makeFolderDurably(this.folder);
      const stored = await writeHashed(temporary, content);
      await moveInto(temporary, this.path(stored.digest));
      return stored;
    } catch (thrown) {
      await rm(temporary, { force: true });
      throw asStorageError(thrown);
    }
  }

  /**
   * Moves a finished file of the same file system into the store.
   *
   * @param digest SHA-256 of its content, which the caller computed while writing
   * @throws ProbelogError STORAGE_FULL
   */
  async adopt(path: string, digest: string): Promise<void> {
    try {
      await makeFolderDurably(this.folder);
      await moveInto(path, this.path(digest));
    } catch (thrown) {
      throw asStorageError(thrown);
    }
  }

  async has(digest: string): Promise<boolean> {
    return exists(this.path(digest));
  }

  /** @throws ProbelogError BLOB_MISSING when the file is missing or ends before `offset + length` */
  async read(digest: string, { offset, length }: { offset: number; length: number }): Promise<Uint8Array> {
    const file = await this.open(digest);
    try {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      if (bytesRead < length) throw missing(digest);
      return bytes;
    } finally {
      await file.close();
    }
  }

  /** The whole file, or its first `maxBytes`. @throws ProbelogError BLOB_MISSING */
  async readAll(digest: string, maxBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const facts = await stat(this.path(digest)).catch(() => undefined);
    if (!facts) throw missing(digest);
    return this.read(digest, { offset: 0, length: Math.min(facts.size, maxBytes) });
  }

  /** Marks a file as just used, so that it is evicted later. */
  async touch(digest: string): Promise<void> {
    const now = new Date();
    await utimes(this.path(digest), now, now).catch(() => undefined);
  }

  /** When a file was last stored or touched; null when it does not exist. */
  async lastUsed(digest: string): Promise<Date | null> {
    return stat(this.path(digest)).then(
      ({ mtime }) => mtime,
      () => null,
    );
  }

  /** Removes a file. Open readers can finish. */
  async evict(digest: string): Promise<void> {
    await rm(this.path(digest), { force: true });
  }

  stream(digest: string): ReadStream {
    return createReadStream(this.path(digest));
  }

  /** A file with its size; null when it does not exist. It can be read to its end even if it is removed in the meantime. */
  async openToRead(digest: string): Promise<{ bytes: number; content: ReadStream } | null> {
    const file = await open(this.path(digest)).catch(() => null);
    if (!file) return null;
    const { size } = await file.stat();
    return { bytes: size, content: file.createReadStream() };
  }

  /**
   * Removes files that no row refers to, and the remains of interrupted writes.
   *
   * @param filterReferenced returns the digests that are in use
   * @returns how many files were removed
   */
  async cleanUp(
    filterReferenced: (digests: string[]) => Promise<Set<string>>,
    { olderThanMs = DAY_MS, signal }: CleanUpOptions = {},
  ): Promise<number> {
    const before = Date.now() - olderThanMs;
    let removed = 0;
    for (const entry of await listFolder(this.folder)) {
      if (signal?.aborted) break;
      const path = join(this.folder, entry);
      if (entry.endsWith('.part')) {
        removed += removeOld(path, before);
      } else {
        const names = await listFolder(path);
        const used = await filterReferenced(names.map((name) => entry + name));
        const orphans = names.filter((name) => !used.has(entry + name));
        for (const name of orphans) removed += removeOld(join(path, name), before);
      }
    }
    return removed;
  }

  private async open(digest: string): Promise<FileHandle> {
    return open(this.path(digest)).catch(() => {
      throw missing(digest);
    });
  }
}

async function writeHashed(path: string, content: BlobContent): Promise<StoredBlob> {
  const hash = createHash('sha256');
  let bytes = 0;
  const file = await open(path, 'wx');
  try {
    for await (const chunk of content instanceof Uint8Array ? [content] : content) {
      hash.update(chunk);
      bytes += chunk.length;
      await file.appendFile(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { digest: hash.digest('hex'), bytes };
}

async function moveInto(temporary: string, path: string): Promise<void> {
  await makeFolderDurably(dirname(path));
  await moveDurably(temporary, path);
}

async function listFolder(path: string): Promise<string[]> {
  return readdir(path).catch(() => []);
}

/**
 * Checks the age and removes the file synchronously: if this process stored the same content in between, the file would be
 * young again.
 */
function removeOld(path: string, before: number): number {
  const facts = statSync(path, { throwIfNoEntry: false });
  if (!facts?.isFile() || facts.mtimeMs > before) return 0;
  rmSync(path, { force: true });
  return 1;
}

function missing(digest: string): ProbelogError {
  return new ProbelogError('BLOB_MISSING', `The stored file ${digest} is missing or damaged.`, { digest });
}
