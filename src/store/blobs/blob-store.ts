import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream, rmSync, statSync } from 'node:fs';
import { type FileHandle, open, readdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { ProbelogError } from '../../errors/index.js';
import { makeFolderDurably, moveDurably } from '../../lib/atomic-file.js';
import { exists } from '../../lib/exists.js';
import { asStorageError } from '../database/storage-error.js';

/** A stored file: its name is the SHA-256 of its content. */
export interface StoredBlob {
  digest: string;
  bytes: number;
}

/** Anything that yields the bytes of a file. */
export type BlobContent = Uint8Array | AsyncIterable<Uint8Array>;

const DIGEST = /^[0-9a-f]{64}$/;
const DAY_MS = 86_400_000;

/**
 * Files by content, in a folder.
 *
 * A file is written under a temporary name, synced, and renamed into place, and the folder is synced too: a name that
 * exists stands for the whole content, whatever happens to the machine. Database rows refer to files only after that,
 * so a file without a row may be a moment old and is swept only when it is older than any writer can be.
 */
export class BlobStore {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = resolve(folder);
  }

  /** Path of the file with this digest, whether it exists or not. @throws Error when it is no digest */
  path(digest: string): string {
    if (!DIGEST.test(digest)) throw new Error('not a SHA-256 digest');
    return join(this.folder, digest.slice(0, 2), digest.slice(2));
  }

  /** @throws ProbelogError STORAGE_FULL; whatever the content throws. Nothing is left behind. */
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
   * Takes a finished file of this file system in: it is moved, not copied.
   *
   * @param digest SHA-256 of its content, which the caller has computed while writing
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

  /** @throws ProbelogError BLOB_MISSING when the file is gone or ends before `offset + length` */
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

  /** The whole file, or its first bytes. @throws ProbelogError BLOB_MISSING */
  async readAll(digest: string, most = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    const facts = await stat(this.path(digest)).catch(() => undefined);
    if (!facts) throw missing(digest);
    return this.read(digest, { offset: 0, length: Math.min(facts.size, most) });
  }

  /** Notes that a file was used just now, which keeps it from being evicted first. */
  async touch(digest: string): Promise<void> {
    const now = new Date();
    await utimes(this.path(digest), now, now).catch(() => undefined);
  }

  /** When a file was stored or touched last; null when it is not there. */
  async lastUsed(digest: string): Promise<Date | null> {
    return stat(this.path(digest)).then(
      ({ mtime }) => mtime,
      () => null,
    );
  }

  /** Removes a file. Whoever has it open reads on. */
  async evict(digest: string): Promise<void> {
    await rm(this.path(digest), { force: true });
  }

  stream(digest: string): ReadStream {
    return createReadStream(this.path(digest));
  }

  /** A file with its size, or null when it is not there. It is read to its end, whoever removes it meanwhile. */
  async openToRead(digest: string): Promise<{ bytes: number; content: ReadStream } | null> {
    const file = await open(this.path(digest)).catch(() => null);
    if (!file) return null;
    const { size } = await file.stat();
    return { bytes: size, content: file.createReadStream() };
  }

  /**
   * Removes files that nothing refers to, and what interrupted writes left.
   *
   * @param referenced tells which of some digests are in use
   * @param olderThanMs files younger than this stay: their row may not be written yet
   * @returns how many files were removed
   */
  async sweep(
    referenced: (digests: string[]) => Promise<Set<string>>,
    olderThanMs = DAY_MS,
  ): Promise<number> {
    const before = Date.now() - olderThanMs;
    let removed = 0;
    for (const entry of await listFolder(this.folder)) {
      const path = join(this.folder, entry);
      if (entry.endsWith('.part')) {
        removed += removeOld(path, before);
      } else {
        const names = await listFolder(path);
        const used = await referenced(names.map((name) => entry + name));
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
 * The look at the age and the removal are one step of this thread: content that is stored again meanwhile makes its
 * file young.
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
