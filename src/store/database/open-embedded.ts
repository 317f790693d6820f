import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { PrismaPGlite } from 'pglite-prisma-adapter';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { moveDurably } from '../../lib/atomic-file.js';
import { exists } from '../../lib/exists.js';
import { createPrismaClient, type Database } from './database.js';

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
      `The embedded database in the data folder cannot be opened: ${messageOf(thrown)}.`,
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

async function openFiles(folder: string, log: (line: string) => void): Promise<PGlite> {
  if (!(await exists(join(folder, 'PG_VERSION')))) {
    log('creating the database; this takes a few seconds, once');
    // Created under another name and renamed: a process killed in between leaves no incomplete database.
    const unfinished = `${folder}.new`;
    for (const path of [folder, unfinished]) await rm(path, { recursive: true, force: true });
    await (await PGlite.create(unfinished, { startParams: START_PARAMETERS })).close();
    await moveDurably(unfinished, folder);
  }
  return PGlite.create(folder, { startParams: START_PARAMETERS });
}
