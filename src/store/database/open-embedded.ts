import { randomUUID } from 'node:crypto';
import { lstat, readdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PGlite } from '@electric-sql/pglite';
import { asKnownError, knownError, messageOf, ProbelogError } from '../../errors/index.js';
import { moveDurably } from '../../lib/atomic-file.js';
import { isThere } from '../../lib/exists.js';
import { createPrismaClient, type Database } from './database.js';

/** PostgreSQL writes it into every folder of a database. */
const VERSION_FILE = 'PG_VERSION';
/** Errors that its emulated file system throws as `{ errno }`, by the numbers of Emscripten. */
const FILE_ERRORS: Readonly<Record<number, string>> = {
  2: 'EACCES',
  29: 'EIO',
  51: 'ENOSPC',
  63: 'EPERM',
  69: 'EROFS',
};
const FILE_MISSING = 44;
/** Folders of PostgreSQL with tables and what was done to them. */
const TABLE_FOLDERS = ['base', 'global', 'pg_wal', 'pg_xact'];

/**
 * Opens PostgreSQL inside this process.
 *
 * @param folder its files, created when missing
 * @throws ProbelogError DATABASE_UNAVAILABLE when the files are damaged or of another PostgreSQL version
 */
export async function openEmbedded(folder: string, log: (line: string) => void): Promise<Database> {
  // Before the database is open: where the package is missing, an open database would keep the process.
  const { PrismaPGlite } = await import('pglite-prisma-adapter');
  const lite = await openFiles(folder, log).catch((thrown) => {
    const code = FILE_ERRORS[errnoOf(thrown) ?? 0];
    const known = knownError(code === undefined ? thrown : { code });
    if (known) throw known;
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

function errnoOf(thrown: unknown): number | null {
  if (thrown instanceof Error || thrown === null || typeof thrown !== 'object' || !('errno' in thrown))
    return null;
  return Number(thrown.errno);
}

function reasonOf(thrown: unknown): string {
  const errno = errnoOf(thrown);
  if (isDamage(thrown) || errno === FILE_MISSING)
    return 'its files are damaged, or of another PostgreSQL version; restore a backup into an empty data folder';
  return errno === null ? messageOf(thrown) : `one of its files cannot be used (${errno})`;
}

/** PGlite says no more when PostgreSQL ends at its start; a missing control file aborts WebAssembly. */
function isDamage(thrown: unknown): boolean {
  return /failed to initialize properly|^Aborted\(|unreachable|PANIC|FATAL/.test(messageOf(thrown));
}

/** Whether there is a database in this folder. @throws ProbelogError STORAGE_UNUSABLE when that cannot be known */
export async function embeddedExists(folder: string): Promise<boolean> {
  return isThere(join(folder, VERSION_FILE)).catch((thrown) => {
    throw asKnownError(thrown);
  });
}

/** PostgreSQL touches all of its buffers when it starts: its default of 128 MB doubles the time of a short command. */
async function createLite(folder: string): Promise<PGlite> {
  // With a database server, none of it is ever loaded.
  const { PGlite } = await import('@electric-sql/pglite');
  const startParams = [...PGlite.defaultStartParams, '-c', 'shared_buffers=16MB'];
  return PGlite.create(folder, { startParams });
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
