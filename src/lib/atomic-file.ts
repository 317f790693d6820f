import { randomUUID } from 'node:crypto';
import {
  closeSync,
  createWriteStream,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * Writing files that are whole or absent, also after a power cut: write a temporary file in the same folder, sync it, rename
 * it, sync the folder. A failed write removes its temporary file and leaves the old file as it was. A killed process leaves its
 * temporary file, which the next write of the same file removes when it is {@link STALE_MS} old.
 */

/** A temporary file that was not written to for this long belongs to a process that was killed. */
const STALE_MS = 3_600_000;
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const SUFFIX = '.part';

/** Content of a file, in one piece or as a stream. */
export type FileContent = Uint8Array | string | AsyncIterable<Uint8Array>;

/** Options of {@link writeFileAtomically}. */
export interface AtomicWriteOptions {
  /** Permissions, before the umask; 0o666 by default. */
  mode?: number;
  /** Aborts the write with an `AbortError`. */
  signal?: AbortSignal;
}

/** Replaces a file: readers see the old content or the new one. The folder must exist. @throws errors of the content and of `node:fs` */
export async function writeFileAtomically(
  path: string,
  content: FileContent,
  options: AtomicWriteOptions = {},
): Promise<void> {
  const temporary = temporaryName(path);
  await removeStale(path);
  try {
    await writeSynced(temporary, content, options);
    await moveDurably(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw thrown;
  }
}

/**
 * The same, blocking, for processes whose work is synchronous. The temporary file is always `<path>.new`, so that a killed
 * process leaves at most one: only one process at a time may write the file.
 */
export function writeFileAtomicallySync(path: string, content: Uint8Array | string): void {
  const temporary = `${path}.new`;
  try {
    writeFileSync(temporary, content, { flush: true });
    renameSync(temporary, path);
  } catch (thrown) {
    rmSync(temporary, { force: true });
    throw thrown;
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/**
 * Creates a file unless it exists. When several processes race, one of them creates it and all find the same content.
 *
 * @returns whether this call created it
 */
export async function createFileAtomically(
  path: string,
  content: Uint8Array | string,
  options: Pick<AtomicWriteOptions, 'mode'> = {},
): Promise<boolean> {
  const temporary = temporaryName(path);
  await removeStale(path);
  try {
    await writeSynced(temporary, content, options);
    // Unlike rename, link fails when the name is taken.
    await link(temporary, path);
    await syncFolder(dirname(path));
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST') return false;
    throw thrown;
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Renames a file or folder so that its new name survives a power cut. Sync its content first. */
export async function moveDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

/**
 * Makes a folder and those above it. Node's own recursive `mkdir` never returns where a file system refuses new folders with
 * ENOENT, such as /proc.
 *
 * @returns the uppermost folder that was made; undefined when the folder existed
 * @throws errors of `node:fs`
 */
export async function makeFolder(folder: string): Promise<string | undefined> {
  const missing: string[] = [];
  for (let path = resolve(folder); !(await isFolder(path)); path = dirname(path)) missing.unshift(path);
  for (const path of missing) {
    try {
      await mkdir(path);
    } catch (thrown) {
      // Another process may have made it.
      if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST' || !(await isFolder(path))) throw thrown;
    }
  }
  return missing[0];
}

async function isFolder(path: string): Promise<boolean> {
  const facts = await stat(path).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR') return null;
    throw thrown;
  });
  return facts?.isDirectory() === true;
}

/** Makes a folder, and those above it, so that their names survive a power cut. */
export async function makeFolderDurably(folder: string): Promise<void> {
  const first = await makeFolder(folder);
  if (first === undefined) return;
  const above = dirname(resolve(first));
  for (let made = resolve(folder); made !== above; made = dirname(made)) await syncFolder(dirname(made));
}

/** Syncs a folder: the names in it survive a power cut. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeSynced(path: string, content: FileContent, { mode, signal }: AtomicWriteOptions) {
  const chunks = content instanceof Uint8Array || typeof content === 'string' ? [content] : content;
  await pipeline(chunks, createWriteStream(path, { flags: 'wx', mode, flush: true }), { signal });
}

function temporaryName(path: string): string {
  return `${path}.${randomUUID()}${SUFFIX}`;
}

/** Removes temporary files of killed writes of this file. Another process may do the same at the same time. */
async function removeStale(path: string): Promise<void> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.`;
  const isOurs = (name: string) =>
    name.startsWith(prefix) && name.endsWith(SUFFIX) && UUID.test(name.slice(prefix.length, -SUFFIX.length));
  // A folder that cannot be listed can still be written.
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter(isOurs)) {
    const file = join(folder, name);
    const facts = await stat(file).catch(() => undefined);
    if (facts?.isFile() && facts.mtimeMs < Date.now() - STALE_MS)
      await rm(file, { force: true }).catch(() => undefined);
  }
}
