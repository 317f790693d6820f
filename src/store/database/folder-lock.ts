import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProbelogError } from '../../errors/index.js';

/** Two processes that try at once back off from each other. A real holder is still there after all tries. */
const TRIES = 6;
const MAX_PAUSE_MS = 50;

/** A process that wants or has the folder. The start time distinguishes it from a later process with the same pid. */
interface Claim {
  name: string;
  pid: number;
  startedAt: string;
}

/**
 * Locks a data folder for this process: a second process would damage the embedded database.
 *
 * Each process first creates its own claim in `locks/`, then looks for others. At least the later of two processes sees the
 * other's claim, so they never both continue. A claim is an empty file whose name holds all data, so it is never seen half
 * written. Names are never reused, so removing a dead process's claim cannot hit a live one.
 *
 * The claim of a killed process does not count. Pids are local to a machine or container, so two containers must not share
 * the folder of an embedded database.
 *
 * @returns unlocks the folder
 * @throws ProbelogError DATA_FOLDER_IN_USE naming the process that holds it
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const claims = join(folder, 'locks');
  await mkdir(claims, { recursive: true });
  for (let attempt = 1; ; attempt++) {
    const own = `${process.pid}.${(await startTime(process.pid)) ?? ''}.${randomUUID()}`;
    await (await open(join(claims, own), 'wx')).close();
    const rival = await findRival(claims, own);
    if (rival === undefined) return () => rm(join(claims, own), { force: true });
    await rm(join(claims, own), { force: true });
    if (attempt === TRIES) throw inUse(rival);
    await sleep(Math.random() * MAX_PAUSE_MS);
  }
}

/** The pid of another live process that holds the folder; null when none does. It takes no claim. */
export async function folderHolder(folder: string): Promise<number | null> {
  const names = await readdir(join(folder, 'locks')).catch(() => []);
  for (const name of names) {
    const claim = claimOf(name);
    if (claim.pid !== process.pid && (await isAlive(claim))) return claim.pid;
  }
  return null;
}

/** Another live process's claim. It removes the claims of dead processes. */
async function findRival(claims: string, own: string): Promise<Claim | undefined> {
  for (const name of await readdir(claims)) {
    if (name === own) continue;
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

function inUse({ pid }: Claim): ProbelogError {
  return new ProbelogError(
    'DATA_FOLDER_IN_USE',
    `Process ${pid} has the data folder open. Stop it, send your request to it (--url), choose another PROBELOG_DATA, or use a PostgreSQL server (DATABASE_URL).`,
    { pid },
  );
}
