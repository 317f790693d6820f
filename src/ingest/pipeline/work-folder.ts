import { createHash } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type IngestRecord, type Store, UNFINISHED } from '../../store/index.js';

/** How long the files of a failed or cancelled ingest are kept. A retry within this time continues from them. */
export const KEPT_MS = 86_400_000;
/** Ingests per database query. */
const PAGE = 500;

/** The folder of an ingest's finished batches, until the ingest ends. */
export function workFolderOf(folder: string, ingestId: string): string {
  return join(folder, ingestId);
}

/**
 * Path of a file of an unfinished ingest. The name is the hash of everything that the file depends on.
 *
 * @param folder from {@link workFolderOf}
 * @param identity JSON-serializable
 */
export function workPath(folder: string, identity: unknown, suffix: string): string {
  return join(folder, createHash('sha256').update(JSON.stringify(identity)).digest('hex') + suffix);
}

/** Deletes the files of an ingest. */
export async function discardWork(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

/**
 * Removes the folders of ingests that succeeded or do not exist any more, and of those that failed or were cancelled more
 * than a day ago. A folder of no ingest is removed when it is that old.
 *
 * @returns how many were removed
 */
export async function cleanUpWork(folder: string, ingests: Pick<Store['ingests'], 'byIds'>): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const before = Date.now() - KEPT_MS;
  let removed = 0;
  for (let first = 0; first < names.length; first += PAGE) {
    const page = names.slice(first, first + PAGE);
    const records = new Map((await ingests.byIds(page)).map((ingest) => [ingest.id, ingest]));
    for (const name of page) {
      const path = join(folder, name);
      const ingest = records.get(name);
      if (ingest ? isContinuable(ingest, before) : await isYounger(path, before)) continue;
      await rm(path, { recursive: true, force: true });
      removed += 1;
    }
  }
  return removed;
}

/** Whether an ingest may still go on with its files. @param before see {@link KEPT_MS} */
export function isContinuable({ state, finishedAt }: IngestRecord, before: number): boolean {
  if (UNFINISHED.includes(state)) return true;
  return state !== 'SUCCEEDED' && (finishedAt?.getTime() ?? 0) > before;
}

async function isYounger(path: string, time: number): Promise<boolean> {
  const facts = await stat(path).catch(() => undefined);
  return facts !== undefined && facts.mtimeMs > time;
}
