import { join } from 'node:path';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';
import { BlobStore } from '../blobs/blob-store.js';
import type { Connection } from '../database/connection.js';
import { blobsFolder, databaseFolder } from '../database/data-folder.js';
import type { Database } from '../database/database.js';
import { lockFolder } from '../database/folder-lock.js';
import { openEmbedded } from '../database/open-embedded.js';
import { openServer } from '../database/open-server.js';
import type { StoreLocation } from '../database/store-location.js';
import { appliedMigrations } from '../migrations/apply-migrations.js';
import { shippedMigrations } from '../migrations/shipped-migrations.js';
import { namedBlobs } from './named-blobs.js';
import { inSnapshot } from './snapshot.js';
import { type BackupContents, type BackupNotes, writeBackup } from './write-backup.js';

/**
 * Hands a backup of a store to whoever writes it: everything at one moment, also while others use the database.
 *
 * The database is read as it is, by whichever release made it; nothing in it is changed.
 *
 * @param write must take the archive to its end
 * @returns what went into it
 * @throws ProbelogError DATA_FOLDER_IN_USE, DATABASE_UNAVAILABLE, NOT_FOUND when there is no store, MIGRATION_CHANGED when it
 *   is of a later release, BLOB_MISSING; whatever `write` throws
 */
export async function backUp(
  { dataFolder, databaseUrl, databaseSchema, log }: StoreLocation,
  notes: BackupNotes,
  write: (archive: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<BackupContents> {
  const release = databaseUrl === undefined ? await lockForBackup(dataFolder) : async () => undefined;
  try {
    const database = await (databaseUrl === undefined
      ? openEmbedded(databaseFolder(dataFolder), log)
      : openServer(databaseUrl, databaseSchema));
    try {
      return await readAll(database.connection, new BlobStore(blobsFolder(dataFolder)), notes, write);
    } finally {
      await closeBoth(database);
    }
  } finally {
    await release();
  }
}

async function readAll(
  connection: Connection,
  blobs: BlobStore,
  notes: BackupNotes,
  write: (archive: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<BackupContents> {
  await checkMigrations(connection);
  await inSnapshot(connection, () => keepFromSweep(connection, blobs));
  return inSnapshot(connection, async () => {
    let contents: BackupContents | undefined;
    await write(
      (async function* () {
        contents = yield* writeBackup({ connection, blobs }, notes);
      })(),
    );
    if (!contents) throw new Error('the backup was not written to its end');
    return contents;
  });
}

/**
 * Makes the blobs that rows refer to young, before the moment at which the rows are read: a model may be removed while
 * the backup runs, and a server that starts then would sweep its old files. What is referred to after this is young
 * anyway. Files that can be fetched again keep their age, by which they are evicted; the backup does without those that
 * go.
 */
async function keepFromSweep(connection: Connection, blobs: BlobStore): Promise<void> {
  for await (const some of namedBlobs(connection))
    await Promise.all(some.filter((blob) => !blob.refetchable).map(({ digest }) => blobs.touch(digest)));
}

async function checkMigrations(connection: Connection): Promise<void> {
  const [{ there }] = await connection.query(
    `SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS "there"`,
  );
  const applied = there === true ? await appliedMigrations(connection) : [];
  if (applied.length === 0) throw noStore();
  const shipped = new Map((await shippedMigrations()).map(({ name, checksum }) => [name, checksum]));
  const unknown = applied.find(({ name, checksum }) => shipped.get(name) !== checksum);
  if (!unknown) return;
  throw new ProbelogError(
    'MIGRATION_CHANGED',
    `The database has a migration that this release does not, ${unknown.name}, so a backup might leave something out. Use the release that made it.`,
    { migration: unknown.name },
  );
}

async function lockForBackup(dataFolder: string): Promise<() => Promise<void>> {
  // Looked for first: locking, and opening, would make what is not there.
  if (!(await exists(join(databaseFolder(dataFolder), 'PG_VERSION')))) throw noStore();
  try {
    return await lockFolder(dataFolder);
  } catch (thrown) {
    if (!(thrown instanceof ProbelogError) || thrown.code !== 'DATA_FOLDER_IN_USE') throw thrown;
    throw new ProbelogError(
      'DATA_FOLDER_IN_USE',
      `Process ${thrown.details.pid} has the data folder open, and an embedded database is one process's alone: stop it for as long as the backup takes. With a PostgreSQL server (DATABASE_URL) backups are made while servers run.`,
      thrown.details,
    );
  }
}

/** Both ends of a database, its connection first. */
export async function closeBoth(database: Database): Promise<void> {
  await database.endConnection();
  await database.close();
}

function noStore(): ProbelogError {
  return new ProbelogError(
    'NOT_FOUND',
    'There is nothing to back up: no database of ProbeLog is there. Check PROBELOG_DATA, DATABASE_URL and PROBELOG_DATABASE_SCHEMA.',
  );
}
