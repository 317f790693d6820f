import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProbelogError } from '../errors/index.js';

/** Who holds a data folder. The start time tells a process from a later one with the same number. */
interface Holder {
  pid: number;
  startedAt: string | null;
}

/**
 * Takes a data folder for this process; the embedded database would be damaged by a second one.
 *
 * The lock file appears whole, by a hard link, and a dead process's file is first renamed aside: of two processes
 * that find it stale, only one can rename it, and only one can then link its own.
 *
 * @returns releases the lock
 * @throws ProbelogError DATA_FOLDER_IN_USE naming the process that holds it
 */
export function lockFolder(folder: string): () => void {
  const path = join(folder, 'lock');
  const own = `${path}.${randomUUID()}`;
  writeFileSync(
    own,
    JSON.stringify({ pid: process.pid, startedAt: startTime(process.pid) } satisfies Holder),
  );
  try {
    for (let attempt = 0; attempt < 10; attempt++) {
      if (linked(own, path)) return () => rmSync(path, { force: true });
      const holder = readHolder(path);
      if (holder !== null && isAlive(holder)) throw inUse(holder);
      setAside(path);
    }
    throw inUse(readHolder(path));
  } finally {
    unlinkSync(own);
  }
}

function linked(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
}

function readHolder(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder;
  } catch {
    return null;
  }
}

/** Moves a stale lock away; another process may have done it first. */
function setAside(path: string): void {
  const aside = `${path}.stale.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  // Between the look and the rename another process may have taken the folder: then what was moved is its lock.
  const moved = readHolder(aside);
  if (moved !== null && isAlive(moved)) linked(aside, path);
  rmSync(aside, { force: true });
}

function isAlive({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return startedAt === null || startTime(pid) === startedAt;
}

/** Clock ticks after boot at which a process started; null where there is no /proc. */
function startTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return null;
  }
}

function inUse(holder: Holder | null): ProbelogError {
  const who = holder === null ? 'Another process' : `Process ${holder.pid}`;
  return new ProbelogError(
    'DATA_FOLDER_IN_USE',
    `${who} has the data folder open. Stop it first, ask it through GraphQL, use another PROBELOG_DATA, or share a PostgreSQL server with DATABASE_URL.`,
    { pid: holder?.pid ?? null },
  );
}
