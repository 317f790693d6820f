import { randomUUID } from 'node:crypto';
import { lstat, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { moveDurably } from '../../lib/atomic-file.js';
import { exists } from '../../lib/exists.js';
import { createPrismaClient, type Database } from './database.js';

/** PostgreSQL writes it into every folder of a database. */
const VERSION_FILE = 'PG_VERSION';
/** The commonest errors of its files, as Emscripten numbers them. */
const FILE_ERRORS: Readonly<Record<number, string>> = {
  2: 'this user may not use its files',
  44: 'a file of it is missing',
  51: 'the disk is full',
  63: 'this user may not use its files',
  69: 'its files are read-only',
};
/** Folders of PostgreSQL with tables and what was done to them. */
const TABLE_FOLDERS = ['base', 'global', 'pg_wal', 'pg_xact'];
/** PostgreSQL touches all of its buffers when it starts: its default of 128 MB doubles the time of a short command. */
const START_PARAMETERS = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];

/**
 * Opens PostgreSQL inside this process.
 *
 * @param folder its files, created when missing
 * @throws ProbelogError DATABASE_UNAVAILABLE when the files are damaged or of another PostgreSQL version
 */
export async function openEmbedded(folder: string, log: (line: string) => void): Promise<Database> {
  const lite = await openFiles(folder, log).catch((thrown) => {
    throw new ProbelogError(
      'DATABASE_UNAVAILABLE',
      `The embedded database in the data folder cannot be opened: ${reasonOf(thrown)}.`,
      {},
      { cause: thrown },
    );
  });
  const prisma = createPrismaClient(new PrismaPGlite(lite));
  return {
    prisma,
    connection: {
      execute: async (sql) => void (await lite.exec(sql)),
      query: async (sql, values) => (await lite.query<Record<string, unknown>>(sql, values)).rows,
    },
    endConnection: async () => undefined,
    async close() {
      await prisma.$disconnect();
      if (!lite.closed) await lite.close();
    },
  };
}

/** The emulated file system of PGlite throws objects that are no errors: `{ errno }`, by the numbers of WebAssembly's system. */
function reasonOf(thrown: unknown): string {
  const errno =
    thrown !== null && typeof thrown === 'object' && 'errno' in thrown ? Number(thrown.errno) : null;
  if (thrown instanceof Error || errno === null) return messageOf(thrown);
  return FILE_ERRORS[errno] ?? `a file of it cannot be used (${errno})`;
}

/** Whether there is a database in this folder. */
export function embeddedExists(folder: string): Promise<boolean> {
  return exists(join(folder, VERSION_FILE));
}

function createLite(folder: string): Promise<PGlite> {
  return PGlite.create(folder, { startParams: START_PARAMETERS });
}

async function openFiles(folder: string, log: (line: string) => void): Promise<PGlite> {
  // PGlite does not follow links.
  if (await embeddedExists(folder)) return createLite(await realpath(folder));
  const target = await freeFolder(folder);
  log('creating the database; this takes a few seconds, once');
  // Created under another name and renamed: a process killed in between leaves no incomplete database.
  const unfinished = `${target}.new`;
  await rm(unfinished, { recursive: true, force: true });
  await (await createLite(unfinished)).close();
  await moveDurably(unfinished, target);
  return createLite(target);
}

/**
 * The path for a new database: the folder itself, or what it links to. A damaged database is never replaced.
 *
 * @throws Error when the folder has files of a database, or is a link that leads nowhere
 */
async function freeFolder(folder: string): Promise<string> {
  const facts = await lstat(folder).catch(() => undefined);
  if (!facts) return folder;
  const target = await realpath(folder).catch(() => {
    throw new Error('`database` is a link to a folder that does not exist; mount or create it');
  });
  const names = await readdir(target);
  if (names.length === 0) return target;
  if (TABLE_FOLDERS.some((name) => names.includes(name)))
    throw new Error(
      `the folder \`database\` has no file ${VERSION_FILE}, so it is damaged; restore a backup into an empty data folder, or move the folder away to start with an empty database`,
    );
  // A killed first start of an early release left this: settings, and no tables.
  await moveDurably(target, `${target}.incomplete-${randomUUID()}`);
  return target;
}
