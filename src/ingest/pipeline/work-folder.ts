import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from '../../store/index.js';

/** How long what an ingest has on disk is kept after it failed or was cancelled: a retry within it goes on from there. */
const KEPT_MS = 86_400_000;
/** Ingests that are looked up at once. */
const AT_ONCE = 500;

/** Where an ingest keeps what it has finished, until it ends. */
export function workFolderOf(folder: string, ingestId: string): string {
  return join(folder, ingestId);
}

/**
 * Where a file of a probing run under way is. Its name is the hash of everything that the file depends on.
 *
 * @param folder from {@link workFolderOf}
 * @param identity JSON-serializable
 */
export function workPath(folder: string, identity: unknown, suffix: string): string {
  return join(folder, createHash('sha256').update(JSON.stringify(identity)).digest('hex') + suffix);
}

/**
 * Removes what nobody goes on with: of ingests that succeeded or do not exist any more, and of those that failed or were
 * cancelled more than a day ago. What belongs to none goes when it is that old.
 *
 * @returns how many were removed
 */
export async function sweepWork(folder: string, ingests: Pick<Store['ingests'], 'byIds'>): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const before = Date.now() - KEPT_MS;
  let removed = 0;
  for (let first = 0; first < names.length; first += AT_ONCE) {
    const some = names.slice(first, first + AT_ONCE);
    const known = new Map((await ingests.byIds(some)).map((ingest) => [ingest.id, ingest]));
    for (const name of some) {
      const path = join(folder, name);
      const ingest = known.get(name);
      const isKept =
        ingest?.state === 'QUEUED' ||
        ingest?.state === 'RUNNING' ||
        (ingest
          ? ingest.state !== 'SUCCEEDED' && (ingest.finishedAt?.getTime() ?? 0) > before
          : await isYounger(path, before));
      if (isKept) continue;
      await rm(path, { recursive: true, force: true });
      removed += 1;
    }
  }
  return removed;
}

async function isYounger(path: string, time: number): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && facts.mtimeMs > time;
}
