import { createHash, randomUUID } from 'node:crypto';
import { constants, createReadStream, type ReadStream, rmSync, statSync } from 'node:fs';
import { copyFile, type FileHandle, link, open, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { LRUCache } from 'lru-cache';
import { asKnownError, ProbelogError } from '../../errors/index.js';
import { makeFolderDurably, moveDurably } from '../../lib/atomic-file.js';
import { exists } from '../../lib/exists.js';
import { BlobTrash, listFolder } from './blob-trash.js';

/** A stored file, named by the SHA-256 of its content. */
export interface StoredBlob {
  digest: string;
  bytes: number;
}

/** Anything that yields the bytes of a file. */
export type BlobContent = Uint8Array | AsyncIterable<Uint8Array>;

const DIGEST = /^[0-9a-f]{64}$/;
/** A folder of blobs: the first two digits of their digests. */
const PREFIX = /^[0-9a-f]{2}$/;
const REST = /^[0-9a-f]{62}$/;
const DAY_MS = 86_400_000;
const MAX_VERIFIED = 100_000;

/** Options of removing unused blobs. */
export interface CleanUpOptions {
  /** Younger files stay, because their row may not be written yet; a day when absent. */
  olderThanMs?: number;
  /** Largest share of all files that one removal may take, from 0 to 1; a half when absent. */
  maxShare?: number;
  /** How long removed files stay in the trash; a week when absent. */
  trashMs?: number;
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
  private readonly trash: BlobTrash;
  /**
   * What files looked like when their content was last found to be right, by digest. A cache with a `max` makes room for all of
   * its entries at once: 9 ms and megabytes for each command.
   */
  private readonly verified = new LRUCache<string, string>({
    maxSize: MAX_VERIFIED,
    sizeCalculation: () => 1,
  });

  constructor(folder: string) {
    this.folder = resolve(folder);
    this.trash = new BlobTrash(join(this.folder, 'trash'));
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
      await this.markWhole(stored.digest);
      return stored;
    } catch (thrown) {
      await rm(temporary, { force: true });
      throw asKnownError(thrown);
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
      await this.markWhole(digest);
    } catch (thrown) {
      throw asKnownError(thrown);
    }
  }

  async has(digest: string): Promise<boolean> {
    return exists(this.path(digest));
  }

  /**
   * Path of a file whose content has this digest. The content is read once, and again when the file has changed: a damaged
   * file would give other results and no error.
   *
   * @throws ProbelogError BLOB_MISSING when the file is missing or damaged
   */
  async checkedPath(digest: string): Promise<string> {
    const path = this.path(digest);
    const seen = await appearance(path);
    if (seen === null) throw missing(digest);
    if (this.verified.get(digest) === seen) return path;
    const hash = createHash('sha256');
    try {
      for await (const chunk of createReadStream(path)) hash.update(chunk);
    } catch (thrown) {
      throw missing(digest, thrown);
    }
    if (hash.digest('hex') !== digest) throw missing(digest);
    this.verified.set(digest, seen);
    return path;
  }

  /**
   * Makes a whole file appear at another path too: as a hard link, or where the file system has none, as a copy.
   *
   * @returns removes the file at the path
   * @throws ProbelogError BLOB_MISSING, STORAGE_FULL
   */
  async linkTo(digest: string, target: string): Promise<() => Promise<void>> {
    const path = await this.checkedPath(digest);
    // A link changes the file's attributes but not its content, which need not be read again.
    const keepingTrust = async (change: () => Promise<unknown>) => {
      const isVerified = this.verified.get(digest) === (await appearance(path));
      await change();
      if (isVerified) await this.markWhole(digest);
    };
    await keepingTrust(() =>
      link(path, target).catch(() => copyFile(path, target, constants.COPYFILE_FICLONE)),
    ).catch((thrown) => {
      throw asKnownError(thrown);
    });
    return () => keepingTrust(() => rm(target, { force: true }));
  }

  /** Whether {@link checkedPath} finds the file whole. */
  async isWhole(digest: string): Promise<boolean> {
    return this.checkedPath(digest).then(
      () => true,
      () => false,
    );
  }

  /** @throws ProbelogError BLOB_MISSING when the file is missing, damaged or ends before `offset + length` */
  async read(digest: string, { offset, length }: { offset: number; length: number }): Promise<Uint8Array> {
    const file = await this.openWhole(digest);
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
    const path = this.path(digest);
    const isVerified = this.verified.get(digest) === (await appearance(path));
    await utimes(path, now, now).catch(() => undefined);
    if (isVerified) await this.markWhole(digest);
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

  /** Whether there is any file, in the trash too. */
  async hasAny(): Promise<boolean> {
    for (const prefix of await this.prefixes())
      if ((await listFolder(join(this.folder, prefix))).some((name) => REST.test(name))) return true;
    return !(await this.trash.isEmpty());
  }

  /**
   * Moves files that no row refers to into the trash, puts back those in the trash that a row refers to, and removes what has
   * been in the trash for long and the remains of interrupted writes.
   *
   * Threat model: the rows may be wrong (another database, a restored old one). Then most files have no row, and nothing is
   * removed; and whatever is removed can be put back for some days.
   *
   * @param filterReferenced returns the digests that are in use
   * @returns how many files were removed
   * @throws ProbelogError CLEANUP_REFUSED when it would take more than `maxShare` of all files
   */
  async cleanUp(
    filterReferenced: (digests: string[]) => Promise<Set<string>>,
    { olderThanMs = DAY_MS, maxShare = 0.5, trashMs = 7 * DAY_MS, signal }: CleanUpOptions = {},
  ): Promise<number> {
    const before = Date.now() - olderThanMs;
    const orphans: string[] = [];
    let files = 0;
    for (const prefix of await this.prefixes()) {
      if (signal?.aborted) return 0;
      const names = (await listFolder(join(this.folder, prefix))).filter((name) => REST.test(name));
      files += names.length;
      const digests = names.map((name) => prefix + name);
      const used = await filterReferenced(digests);
      orphans.push(...digests.filter((digest) => !used.has(digest) && isOld(this.path(digest), before)));
    }
    if (orphans.length > maxShare * files) throw refusal(orphans.length, files);
    let removed = 0;
    for (const digest of orphans) {
      if (signal?.aborted) return removed;
      const path = this.path(digest);
      // If this process stored the same content in the meantime, the file is young again.
      if (!isOld(path, before)) continue;
      this.trash.take(path, digest);
      removed += 1;
    }
    for (const part of (await listFolder(this.folder)).filter((name) => name.endsWith('.part'))) {
      const path = join(this.folder, part);
      if (!isOld(path, before)) continue;
      rmSync(path, { force: true });
      removed += 1;
    }
    await this.putBack(filterReferenced);
    await this.trash.empty(trashMs);
    return removed;
  }

  /** Moves files in the trash that rows refer to back. @returns how many */
  async putBack(filterReferenced: (digests: string[]) => Promise<Set<string>>): Promise<number> {
    return this.trash.putBack(filterReferenced, (digest) => this.path(digest));
  }

  private async prefixes(): Promise<string[]> {
    return (await listFolder(this.folder)).filter((name) => PREFIX.test(name));
  }

  /** Notes that the content of a file is right as it is now. */
  private async markWhole(digest: string): Promise<void> {
    const seen = await appearance(this.path(digest));
    if (seen !== null) this.verified.set(digest, seen);
  }

  private async openWhole(digest: string): Promise<FileHandle> {
    return open(await this.checkedPath(digest)).catch((thrown) => {
      throw missing(digest, thrown);
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

/** Blocking, so that nothing happens between this look at a file and its removal. */
function isOld(path: string, before: number): boolean {
  const facts = statSync(path, { throwIfNoEntry: false });
  return facts?.isFile() === true && facts.mtimeMs <= before;
}

function refusal(orphans: number, files: number): ProbelogError {
  return new ProbelogError(
    'CLEANUP_REFUSED',
    `The database refers to none of ${orphans} of the ${files} stored files. Nothing was removed, because so many files may mean that this is the wrong database. If it is the right one, start once with PROBELOG_CLEANUP_SHARE=1.`,
    { orphans, files },
  );
}

/** What tells that a file is another one, or was changed; null when there is none. */
async function appearance(path: string): Promise<string | null> {
  const facts = await stat(path).catch(() => null);
  return facts && [facts.ino, facts.size, facts.mtimeMs, facts.ctimeMs].join(' ');
}

function missing(digest: string, cause?: unknown): ProbelogError {
  return new ProbelogError(
    'BLOB_MISSING',
    `The stored file ${digest} is missing or damaged. Probe the model again, or restore a backup.`,
    { digest },
    { cause },
  );
}
