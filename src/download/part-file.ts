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

/** A complete download. */
export interface FinishedFile {
  path: string;
  /** SHA-256 */
  digest: string;
  bytes: number;
}

/** An error of this machine's disk, its cause, which must not look like one of the source. */
export class DiskFault extends Error {
  constructor(cause: unknown) {
    super('The disk cannot be written.', { cause });
  }
}

/**
 * The part of a file that has been downloaded so far, with the server's validator for that version of the file. A later attempt,
 * also in another process, may continue it: on a copy, because this process may be alive and writing.
 */
export class PartFile {
  private hash: Hash = createHash('sha256');
  private written = 0;
  private currentValidator: string | null = null;

  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  /**
   * Opens the part that an earlier attempt left, or an empty one.
   *
   * @param key identifies the download: 64 hexadecimal digits
   */
  static async open(folder: string, key: string): Promise<PartFile> {
    await mkdir(folder, { recursive: true });
    await removeOld(folder);
    const path = join(folder, `${key}-${randomUUID()}.part`);
    const validator = await takeOver(folder, key, path);
    const part = new PartFile(path, await open(path, 'a'));
    if (validator !== null) await part.readPrefix(validator);
    return part;
  }

  /** Bytes so far. */
  get bytes(): number {
    return this.written;
  }

  /** The server's validator for this version, for `If-Range`; null when there is none, and the part cannot be continued. */
  get validator(): string | null {
    return this.currentValidator;
  }

  /** @throws DiskFault */
  async append(chunk: Uint8Array): Promise<void> {
    await onDisk(this.file.appendFile(chunk));
    this.hash.update(chunk);
    this.written += chunk.length;
  }

  /** Starts again with the version of this validator. @throws DiskFault */
  async restart(validator: string | null): Promise<void> {
    await onDisk(rm(notePath(this.path), { force: true }));
    await onDisk(this.file.truncate(0));
    this.hash = createHash('sha256');
    this.written = 0;
    this.currentValidator = validator;
    if (validator !== null) await onDisk(writeFile(notePath(this.path), JSON.stringify({ validator })));
  }

  /** Closes the complete file and hands it to the caller. */
  async finish(): Promise<FinishedFile> {
    await this.file.sync();
    await this.file.close();
    await rm(notePath(this.path), { force: true });
    return { path: this.path, digest: this.hash.digest('hex'), bytes: this.written };
  }

  /** Closes the file and leaves it for a later attempt. */
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
    this.currentValidator = validator;
    await writeFile(notePath(this.path), JSON.stringify({ validator }));
  }
}

function onDisk<T>(step: Promise<T>): Promise<T> {
  return step.catch((thrown) => {
    throw new DiskFault(thrown);
  });
}

/** Copies the part of an earlier attempt. @returns its validator; null when there is none to continue */
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

/** An unsynced file is intact after its writer was killed, but not after the machine went down. */
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

/** Parts are not continued after a day. */
async function removeOld(folder: string): Promise<void> {
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
