import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { asKnownError } from '../../errors/index.js';

const DAY_MS = 86_400_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const BATCH = 1000;

/**
 * Files that cleanup took out of a blob store. They stay for some days: if they were taken by mistake, the store puts them back.
 *
 * One folder per day, in the blob store's own folder and so in its file system.
 */
export class BlobTrash {
  constructor(private readonly folder: string) {}

  /** Moves a file here. Blocking, so that nothing happens between the caller's last look at the file and the move. */
  take(path: string, digest: string): void {
    const day = join(this.folder, new Date().toISOString().slice(0, 10));
    mkdirSync(day, { recursive: true });
    renameSync(path, join(day, digest));
  }

  async isEmpty(): Promise<boolean> {
    for (const day of await this.days())
      if ((await listFolder(join(this.folder, day))).length > 0) return false;
    return true;
  }

  /**
   * Moves files that rows refer to back into the store.
   *
   * @param pathOf the path of a digest in the store
   */
  async putBack(
    filterReferenced: (digests: string[]) => Promise<Set<string>>,
    pathOf: (digest: string) => string,
  ): Promise<number> {
    let count = 0;
    for (const day of await this.days()) {
      const digests = (await listFolder(join(this.folder, day))).filter((name) => DIGEST.test(name));
      for (let start = 0; start < digests.length; start += BATCH) {
        for (const digest of await filterReferenced(digests.slice(start, start + BATCH))) {
          const trashed = join(this.folder, day, digest);
          const path = pathOf(digest);
          if (existsSync(path)) {
            rmSync(trashed, { force: true });
            continue;
          }
          mkdirSync(join(path, '..'), { recursive: true });
          renameSync(trashed, path);
          count += 1;
        }
      }
    }
    return count;
  }

  /** Removes the folders of days that ended more than `ms` ago. Put back what rows refer to first. */
  async empty(ms: number): Promise<void> {
    for (const day of await this.days())
      if (Date.parse(day) + DAY_MS + ms <= Date.now())
        await rm(join(this.folder, day), { recursive: true, force: true });
  }

  private async days(): Promise<string[]> {
    return (await listFolder(this.folder)).filter((name) => DAY.test(name));
  }
}

/** The names in a folder; none when it does not exist. @throws ProbelogError STORAGE_UNUSABLE: one that cannot be read is not empty */
export async function listFolder(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw asKnownError(thrown);
  }
}
