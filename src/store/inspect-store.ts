import { BlobStore } from './blobs/blob-store.js';
import { closeDatabase, type Database } from './database/database.js';
import { lockFolder } from './database/folder-lock.js';
import { embeddedExists, openEmbedded } from './database/open-embedded.js';
import { openServer } from './database/open-server.js';
import { blobsFolder, databaseFolder, EMBEDDED_SCHEMA } from './database/store-location.js';
import { checkPairing, checkUnused, type FolderOfDatabase, isNewDatabase } from './identity.js';
import { type MigrationState, migrationState } from './migrations/migration-state.js';
import { type Store, type StoreOptions, storeOn } from './open-store.js';

/** An opened store and its condition. */
export interface StoreInspection {
  /** Usable only when no migration is pending or changed. */
  store: Store;
  /** PostgreSQL's version, such as 17.5. */
  version: string;
  /** The time by the database's clock. */
  now: Date;
  migrations: MigrationState;
  close(): Promise<void>;
}

/**
 * Opens a store for a report. It applies no migration, ends no lease and creates no folder.
 *
 * @returns null when the embedded database does not exist yet
 * @throws ProbelogError DATA_FOLDER_IN_USE, DATA_FOLDER_MISMATCH, DATABASE_MISSING, DATABASE_UNAVAILABLE
 */
export async function inspectStore({
  dataFolder,
  databaseUrl,
  databaseSchema = EMBEDDED_SCHEMA,
}: StoreOptions): Promise<StoreInspection | null> {
  const schema = databaseUrl === undefined ? null : databaseSchema;
  const folder = { dataFolder, blobs: new BlobStore(blobsFolder(dataFolder)), schema };
  if (databaseUrl !== undefined)
    return inspect(await openServer(databaseUrl, databaseSchema), folder, async () => undefined);
  if (!(await embeddedExists(databaseFolder(dataFolder)))) {
    await checkUnused(folder);
    return null;
  }
  const release = await lockFolder(dataFolder);
  try {
    const database = await openEmbedded(databaseFolder(dataFolder), () => undefined);
    return await inspect(database, folder, release);
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

async function inspect(
  database: Database,
  folder: FolderOfDatabase,
  release: () => Promise<void>,
): Promise<StoreInspection> {
  try {
    const [{ version, now }] = await database.connection.query(
      `SELECT current_setting('server_version') AS "version", now() AS "now"`,
    );
    if (await isNewDatabase(database.connection)) await checkUnused(folder);
    else await checkPairing(database.connection, folder);
    const migrations = await migrationState(database.connection);
    await database.endConnection();
    const store = storeOn(
      database,
      folder.dataFolder,
      { isNew: false, shared: folder.schema !== null },
      release,
    );
    return {
      store,
      version: String(version),
      now: new Date(now as Date | string),
      migrations,
      close: () => store.close(),
    };
  } catch (thrown) {
    await closeDatabase(database);
    throw thrown;
  }
}
