import { join } from 'node:path';
import { ProbelogError } from '../../errors/index.js';
import { exists } from '../../lib/exists.js';
import { BlobStore } from '../blobs/blob-store.js';
import { referencedBlobs } from '../blobs/referenced-blobs.js';
import { checkIsFolder } from '../database/data-folder.js';
import { type Connection, closeDatabase } from '../database/database.js';
import { lockFolder } from '../database/folder-lock.js';
import { openEmbedded } from '../database/open-embedded.js';
import { openServer } from '../database/open-server.js';
import { inSnapshot } from '../database/snapshot.js';
import { blobsFolder, databaseFolder, type StoreLocation } from '../database/store-location.js';
import { appliedMigrations } from '../migrations/apply-migrations.js';
import { shippedMigrations } from '../migrations/shipped-migrations.js';
import { type BackupContents, type BackupOptions, writeBackup } from './write-backup.js';

/** What to do when a server has the data folder open. */
const ADVICE =
  ', and only one process can use an embedded database. Stop it during the backup. With a PostgreSQL server (DATABASE_URL), backups need no stop.';

/**
 * Makes a consistent backup of a store, also while other processes use the database.
 *
 * It changes nothing in the database, and it can read databases of older releases.
 *
 * @param write must consume the archive to its end
 * @throws ProbelogError DATA_FOLDER_IN_USE, DATABASE_UNAVAILABLE, NOT_FOUND when the store does not exist, STORAGE_UNUSABLE when the data folder is no folder, MIGRATION_CHANGED
 *   when a later release made it, BLOB_MISSING; errors of `write`
 */
export async function backUp(
  { dataFolder, databaseUrl, databaseSchema, log }: StoreLocation,
  options: BackupOptions,
  write: (archive: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<BackupContents> {
  await checkIsFolder(dataFolder);
  const release = databaseUrl === undefined ? await lockForBackup(dataFolder) : async () => undefined;
  try {
    const database = await (databaseUrl === undefined
      ? openEmbedded(databaseFolder(dataFolder), log)
      : openServer(databaseUrl, databaseSchema));
    try {
      return await readStore(database.connection, new BlobStore(blobsFolder(dataFolder)), options, write);
    } finally {
      await closeDatabase(database);
    }
  } finally {
    await release();
  }
}

async function readStore(
  connection: Connection,
  blobs: BlobStore,
  options: BackupOptions,
  write: (archive: AsyncIterable<Uint8Array>) => Promise<void>,
): Promise<BackupContents> {
  await checkMigrations(connection);
  await inSnapshot(connection, () => protectFromCleanup(connection, blobs));
  return inSnapshot(connection, async () => {
    let contents: BackupContents | undefined;
    await write(
      (async function* () {
        contents = yield* writeBackup({ connection, blobs }, options);
      })(),
    );
    if (!contents) throw new Error('the backup was not consumed to its end');
    return contents;
  });
}

/**
 * Touches the blobs that rows refer to, before the snapshot of the rows. A model may be removed while the backup runs, and a
 * server that starts then would clean up its old files. Blobs that are referenced later are young anyway. Refetchable files
 * keep their age, which decides their eviction; the backup can do without them.
 */
async function protectFromCleanup(connection: Connection, blobs: BlobStore): Promise<void> {
  for await (const batch of referencedBlobs(connection))
    await Promise.all(batch.filter((blob) => !blob.refetchable).map(({ digest }) => blobs.touch(digest)));
}

async function checkMigrations(connection: Connection): Promise<void> {
  const [{ exists }] = await connection.query(
    `SELECT to_regclass('"_prisma_migrations"') IS NOT NULL AS "exists"`,
  );
  const applied = exists === true ? await appliedMigrations(connection) : [];
  if (applied.length === 0) throw noStore();
  const shipped = new Map((await shippedMigrations()).map(({ name, checksum }) => [name, checksum]));
  const unknown = applied.find(({ name, checksum }) => shipped.get(name) !== checksum);
  if (!unknown) return;
  throw new ProbelogError(
    'MIGRATION_CHANGED',
    `The database has the migration ${unknown.name}, which this release does not know, so the backup could be incomplete. Use the release that applied it.`,
    { migration: unknown.name },
  );
}

async function lockForBackup(dataFolder: string): Promise<() => Promise<void>> {
  // Checked first, because locking and opening would create a missing folder.
  if (!(await exists(join(databaseFolder(dataFolder), 'PG_VERSION')))) throw noStore();
  return lockFolder(dataFolder, ADVICE);
}

function noStore(): ProbelogError {
  return new ProbelogError(
    'NOT_FOUND',
    'There is nothing to back up: no ProbeLog database was found. Check PROBELOG_DATA, DATABASE_URL and PROBELOG_DATABASE_SCHEMA.',
  );
}
