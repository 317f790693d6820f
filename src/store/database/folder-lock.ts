import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ProbelogError } from '../../errors/index.js';

/** Two that try at once back off from each other; a holder is still there after all tries. */
const TRIES = 6;
const MAX_PAUSE_MS = 50;

/** A process that wants or has the folder. The start time tells it from a later process with the same number. */
interface Claim {
  name: string;
  pid: number;
  startedAt: string;
}

/**
 * Takes a data folder for this process; a second one would damage the embedded database.
 *
 * Each process first puts a claim of its own into `locks/`, then looks for others: of two, at least the later one sees
 * the other, so never do both go on. A claim is an empty file whose name says everything, so it is never seen
 * half-written; and because names are never used again, removing a dead process's claim cannot hit a living one's.
 *
 * A claim of a killed process does not count. Process numbers are those of this machine (or container): two containers
 * must not share an embedded database's folder.
 *
 * @returns gives the folder back
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

/** The living process, other than this one, that has a folder; looked up without a claim of one's own. Null when none has. */
export async function folderHolder(folder: string): Promise<number | null> {
  const names = await readdir(join(folder, 'locks')).catch(() => []);
  for (const name of names) {
    const claim = claimOf(name);
    if (claim.pid !== process.pid && (await isAlive(claim))) return claim.pid;
  }
  return null;
}

/** A living process with a claim other than `own`; claims of dead ones are cleared away. */
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
 * Clock ticks after boot at which a process started; undefined where there is no /proc. A killed process that its
 * parent has not noticed yet holds nothing any more: its start time is 'gone'.
 */
async function startTime(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? 'gone' : fields[19];
  } catch {
    return undefined;
  }
}

function inUse({ pid }: Claim): ProbelogError {
  return new ProbelogError(
    'DATA_FOLDER_IN_USE',
    `Process ${pid} has the data folder open. Stop it first, ask it through GraphQL, use another PROBELOG_DATA, or share a PostgreSQL server with DATABASE_URL.`,
    { pid },
  );
}
