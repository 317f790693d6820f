import { createHash, type Hash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  copyFile,
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const DAY_MS = 86_400_000;
const sidecar = z.object({ validator: z.string() });

/** A file that came whole. */
export interface FinishedFile {
  path: string;
  /** SHA-256 */
  digest: string;
  bytes: number;
}

/** A fault of this machine's disk, which must not look like one of the source; its cause says which. */
export class DiskFault extends Error {
  constructor(cause: unknown) {
    super('The disk cannot be written.', { cause });
  }
}

/**
 * The part of a file that has come so far, with what its server calls that version of it. It may be gone on with by another
 * attempt, in another process as well: that one works on a copy, since this one may still be alive and writing.
 */
export class PartFile {
  private hash: Hash = createHash('sha256');
  private written = 0;
  private known: string | null = null;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /**
   * The part that an earlier attempt left, or an empty one.
   *
   * @param key names the file to come: 64 hexadecimal digits
   */
  static async open(folder: string, key: string): Promise<PartFile> {
    await mkdir(folder, { recursive: true });
    await forgetOld(folder);
    const path = join(folder, `${key}-${randomUUID()}.part`);
    const left = await takeOver(folder, key, path);
    const part = new PartFile(path, await open(path, 'a'));
    if (left !== null) await part.readPrefix(left);
    return part;
  }

  /** How much there is. */
  get bytes(): number {
    return this.written;
  }

  /** What the server calls this version of the file, for `If-Range`; null when it has no name, and there is no going on. */
  get validator(): string | null {
    return this.known;
  }

  /** @throws DiskFault */
  async append(chunk: Uint8Array): Promise<void> {
    await onDisk(this.file.appendFile(chunk));
    this.hash.update(chunk);
    this.written += chunk.length;
  }

  /** Begins anew, with the version that this validator names. @throws DiskFault */
  async restart(validator: string | null): Promise<void> {
    await onDisk(rm(notePath(this.path), { force: true }));
    await onDisk(this.file.truncate(0));
    this.hash = createHash('sha256');
    this.written = 0;
    this.known = validator;
    if (validator !== null) await onDisk(writeFile(notePath(this.path), JSON.stringify({ validator })));
  }

  /** Closes the file, which is whole, and leaves it to the caller. */
  async finish(): Promise<FinishedFile> {
    await this.file.sync();
    await this.file.close();
    await rm(notePath(this.path), { force: true });
    return { path: this.path, digest: this.hash.digest('hex'), bytes: this.written };
  }

  /** Closes the file and leaves it to another attempt. */
  async leave(): Promise<void> {
    await this.file.close();
  }

  /** Closes and removes the file. */
  async discard(): Promise<void> {
    await this.file.close();
    await removePart(this.path);
  }

  private async readPrefix(validator: string): Promise<void> {
    for await (const chunk of createReadStream(this.path)) {
      this.hash.update(chunk);
      this.written += chunk.length;
    }
    this.known = validator;
    await writeFile(notePath(this.path), JSON.stringify({ validator }));
  }
}

function onDisk<T>(step: Promise<T>): Promise<T> {
  return step.catch((thrown) => {
    throw new DiskFault(thrown);
  });
}

/** Copies what an earlier attempt left; returns its validator, or null when there is nothing to go on with. */
async function takeOver(folder: string, key: string, path: string): Promise<string | null> {
  const names = (await readdir(folder)).filter(
    (name) => name.startsWith(`${key}-`) && name.endsWith('.part'),
  );
  let validator: string | null = null;
  for (const name of names) {
    const left = join(folder, name);
    const note: string | null = validator === null && (await survived(left)) ? await readNote(left) : null;
    if (note !== null && (await copied(left, path))) validator = note;
    await removePart(left);
  }
  return validator;
}

function copied(from: string, to: string): Promise<boolean> {
  return copyFile(from, to).then(
    () => true,
    () => false,
  );
}

/** A file that nobody synced is whole after its writer was killed, but not after the machine lost its power. */
async function survived(path: string): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && facts.size > 0 && facts.birthtimeMs > Date.now() - uptime() * 1_000;
}

async function readNote(path: string): Promise<string | null> {
  try {
    return sidecar.parse(JSON.parse(await readFile(notePath(path), 'utf8'))).validator;
  } catch {
    return null;
  }
}

/** Nobody goes on with a part after a day. */
async function forgetOld(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const path = join(folder, name);
    const facts = await stat(path).catch(() => undefined);
    if (facts?.isFile() && facts.mtimeMs < Date.now() - DAY_MS) await rm(path, { force: true });
  }
}

function notePath(path: string): string {
  return path.replace(/\.part$/, '.json');
}

async function removePart(path: string): Promise<void> {
  await rm(path, { force: true });
  await rm(notePath(path), { force: true });
}
