import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder, moveDurably, writeFileAtomically } from '../../lib/atomic-file.js';

/** A file of an upload. */
export interface UploadedFile {
  /** Relative, with `/` between folders, as the model names it. */
  name: string;
  /** Bytes of the whole file. */
  bytes: number;
  /** Bytes that are here; all of them when it is complete. */
  received: number;
}

/** Who opened an upload, and when. */
export interface UploadOwner {
  owner: string;
  openedAt: string;
}

/**
 * The folder of one upload:
 *
 *     owner.json       who opened it; its time is that of the last byte
 *     files/           complete files under their own names: read like any folder with a model
 *     parts/<digest>   what is here of other files, by the SHA-256 of their names; <digest>.json says how long they are
 *     ingests/<id>     empty: that ingest reads the files
 *
 * All of it is in files, not in the database, so that an upload outlives a restart, and servers with one data folder share it.
 */
export class UploadFolder {
  constructor(readonly path: string) {}

  /** Complete files. */
  get files(): string {
    return join(this.path, 'files');
  }

  async create(owner: UploadOwner): Promise<void> {
    await makeFolder(this.files);
    await mkdir(join(this.path, 'parts'));
    await mkdir(join(this.path, 'ingests'));
    await writeFileAtomically(join(this.path, 'owner.json'), JSON.stringify(owner));
  }

  /** null when there is no such upload. */
  async owner(): Promise<(UploadOwner & { usedAt: Date }) | null> {
    const path = join(this.path, 'owner.json');
    try {
      const [text, { mtime }] = [await readFile(path, 'utf8'), await stat(path)];
      return { ...(JSON.parse(text) as UploadOwner), usedAt: mtime };
    } catch {
      return null;
    }
  }

  /** Notes that it was used now. */
  async touch(): Promise<void> {
    const now = new Date();
    await utimes(join(this.path, 'owner.json'), now, now).catch(() => undefined);
  }

  /** All files that were begun, by name. */
  async list(): Promise<UploadedFile[]> {
    const names = await readdir(join(this.path, 'parts')).catch(() => []);
    const files: UploadedFile[] = [];
    for (const name of names.filter((one) => one.endsWith('.json'))) {
      const facts = await readFacts(join(this.path, 'parts', name));
      if (facts) files.push({ ...facts, received: await this.received(facts) });
    }
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async find(name: string): Promise<UploadedFile | null> {
    const facts = await readFacts(`${this.partOf(name)}.json`);
    return facts && { ...facts, received: await this.received(facts) };
  }

  /** Begins a file, or begins it again. */
  async begin(name: string, bytes: number): Promise<void> {
    await rm(join(this.files, name), { force: true });
    await rm(this.partOf(name), { force: true });
    await writeFileAtomically(`${this.partOf(name)}.json`, JSON.stringify({ name, bytes }));
  }

  /** Where the bytes of an incomplete file are. */
  partOf(name: string): string {
    return join(this.path, 'parts', createHash('sha256').update(name).digest('hex'));
  }

  /** Puts a file whose bytes are all here under its own name. @throws errors of `node:fs` */
  async complete(name: string): Promise<void> {
    const path = join(this.files, name);
    await makeFolder(dirname(path));
    await moveDurably(this.partOf(name), path);
  }

  async forget(name: string): Promise<void> {
    await rm(`${this.partOf(name)}.json`, { force: true });
    await rm(this.partOf(name), { force: true });
  }

  async ingests(): Promise<string[]> {
    return readdir(join(this.path, 'ingests')).catch(() => []);
  }

  async addIngest(id: string): Promise<void> {
    // A cleanup may have removed the upload meanwhile; then its ingest says so.
    await writeFile(join(this.path, 'ingests', id), '').catch(() => undefined);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }

  private async received({ name, bytes }: { name: string; bytes: number }): Promise<number> {
    const part = await stat(this.partOf(name)).catch(() => null);
    if (part) return part.size;
    const file = await stat(join(this.files, name)).catch(() => null);
    return file?.isFile() ? bytes : 0;
  }
}

async function readFacts(path: string): Promise<{ name: string; bytes: number } | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return null;
  }
}
