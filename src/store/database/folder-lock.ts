import { randomUUID } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';
import { lockFile } from './kernel-lock.js';

/** Two processes that try at once back off from each other. A real holder is still there after all tries. */
const TRIES = 6;
const MAX_PAUSE_MS = 50;
const STOP_IT =
  '. Stop it, send your request to it (--url), choose another PROBELOG_DATA, or use a PostgreSQL server (DATABASE_URL).';
const MAX_ADDRESS = 300;

/** A process that wants or has the folder. The start time distinguishes it from a later process with the same pid. */
interface Claim {
  name: string;
  pid: number;
  startedAt: string;
}

/** The process that has a folder; the host is null when it is this one. */
export interface FolderHolder {
  pid: number;
  host: string | null;
  /** Where it answers, when it is a server; null for any other process. */
  url: string | null;
}

const holderSchema = z.object({ pid: z.int(), host: z.string(), url: z.url().max(MAX_ADDRESS).optional() });

/**
 * Locks a data folder for this process: a second process would damage the embedded database.
 *
 * The system's lock on the file `lock` decides, between containers too. Claims, which need nothing of the system, decide as well
 * (docs/adr/0008-kernel-lock.md). Each process creates its own claim in `locks/`, then looks for others. At least the later of
 * two processes sees the other's claim, so they never both continue. A claim is an empty file whose name holds all data, so it
 * is never seen half written. Names are never reused, so removing a dead process's claim cannot hit a live one.
 *
 * The claim of a killed process does not count. Pids are local to a machine or container.
 *
 * @param advice ends the message of the error
 * @returns unlocks the folder
 * @throws ProbelogError DATA_FOLDER_IN_USE naming the process that holds it
 */
export async function lockFolder(folder: string, advice = STOP_IT): Promise<() => Promise<void>> {
  const claims = join(folder, 'locks');
  await mkdir(claims, { recursive: true });
  const file = await open(lockPath(folder), 'a+');
  try {
    for (let attempt = 1; ; attempt++) {
      const rival = await claimFolder(claims, file);
      if (typeof rival === 'function') return rival;
      if (attempt === TRIES) throw inUse(rival, advice);
      await sleep(Math.random() * MAX_PAUSE_MS);
    }
  } catch (thrown) {
    await file.close();
    throw thrown;
  }
}

/** @returns unlocks the folder, or who has it */
async function claimFolder(claims: string, file: FileHandle): Promise<(() => Promise<void>) | FolderHolder> {
  if (lockFile(file.fd, 'EXCLUSIVE') === 'TAKEN') return readHolder(file);
  const own = join(claims, `${process.pid}.${(await startTime(process.pid)) ?? ''}.${randomUUID()}`);
  await (await open(own, 'wx')).close();
  const rival = await findRival(claims, own);
  if (rival) {
    await rm(own, { force: true });
    return { pid: rival.pid, host: null, url: null };
  }
  await describeHolder(file);
  return async () => {
    await rm(own, { force: true });
    await file.close();
  };
}

/**
 * Tells processes that find the folder locked by this one where to send their requests.
 *
 * @param url the address of the server that this process is
 */
export async function announceAddress(folder: string, url: string): Promise<void> {
  const file = await open(lockPath(folder), 'r+');
  try {
    await describeHolder(file, url);
  } finally {
    await file.close();
  }
}

async function describeHolder(file: FileHandle, url?: string): Promise<void> {
  await file.truncate(0);
  const holder = JSON.stringify({ pid: process.pid, host: hostname(), url });
  await file.write(holder, 0);
}

/** Another live process that holds the folder; null when none does. It takes no claim. */
export async function folderHolder(folder: string): Promise<FolderHolder | null> {
  const file = await open(lockPath(folder), 'r').catch(() => null);
  try {
    if (file && lockFile(file.fd, 'SHARED') === 'TAKEN') {
      const holder = await readHolder(file);
      return holder.host === null && holder.pid === process.pid ? null : holder;
    }
  } finally {
    await file?.close();
  }
  const names = await readdir(join(folder, 'locks')).catch(() => []);
  for (const name of names) {
    const claim = claimOf(name);
    if (claim.pid !== process.pid && (await isAlive(claim))) return { pid: claim.pid, host: null, url: null };
  }
  return null;
}

/** Whether the system can lock the folder, so that also processes in other containers are kept out. */
export async function hasKernelLock(folder: string): Promise<boolean> {
  const file = await open(lockPath(folder), 'r').catch(() => null);
  try {
    return file === null || lockFile(file.fd, 'SHARED') !== 'NONE';
  } finally {
    await file?.close();
  }
}

function lockPath(folder: string): string {
  return join(folder, 'lock');
}

async function readHolder(file: FileHandle): Promise<FolderHolder> {
  const bytes = Buffer.alloc(1024);
  const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
  const holder = holderSchema.safeParse(parseJson(bytes.toString('utf8', 0, bytesRead)));
  // The holder writes it a moment after it has the lock.
  if (!holder.success) return { pid: 0, host: null, url: null };
  const { pid, host, url = null } = holder.data;
  return host === hostname() ? { pid, host: null, url } : { pid, host, url: null };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Another live process's claim. It removes the claims of dead processes. */
async function findRival(claims: string, own: string): Promise<Claim | undefined> {
  for (const name of await readdir(claims)) {
    if (join(claims, name) === own) continue;
    const claim = claimOf(name);
    if (await isAlive(claim)) return claim;
    await rm(join(claims, name), { force: true });
  }
  return undefined;
}

function claimOf(name: string): Claim {
  const [pid, startedAt] = name.split('.');
  return { name, pid: Number(pid), startedAt };
}

async function isAlive({ pid, startedAt }: Claim): Promise<boolean> {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  const now = await startTime(pid);
  return now === undefined || startedAt === '' || now === startedAt;
}

/**
 * A process's start time in clock ticks after boot; undefined on systems without /proc. A zombie (killed, but not yet
 * reaped by its parent) holds nothing anymore: its start time is 'dead'.
 */
async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'dead' : fields[19];
  } catch {
    return undefined;
  }
}

function inUse({ pid, host, url }: FolderHolder, advice: string): ProbelogError {
  const holder =
    host !== null ? `A process on ${host} (${pid} there)` : pid > 0 ? `Process ${pid}` : 'Another process';
  const server = url === null ? '' : ` and answers at ${url}: add --url ${url} to ask it`;
  return new ProbelogError('DATA_FOLDER_IN_USE', `${holder} has the data folder open${server}${advice}`, {
    pid,
    ...(host !== null && { host }),
    ...(url !== null && { url }),
  });
}
