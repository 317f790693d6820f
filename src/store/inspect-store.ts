import { join } from 'node:path';
import { exists } from '../lib/exists.js';
import { closeDatabase, type Database } from './database/database.js';
import { lockFolder } from './database/folder-lock.js';
import { openEmbedded } from './database/open-embedded.js';
import { openServer } from './database/open-server.js';
import { databaseFolder, EMBEDDED_SCHEMA } from './database/store-location.js';
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
 * @throws ProbelogError DATA_FOLDER_IN_USE, DATABASE_UNAVAILABLE
 */
export async function inspectStore({
  dataFolder,
  databaseUrl,
  databaseSchema = EMBEDDED_SCHEMA,
}: StoreOptions): Promise<StoreInspection | null> {
  if (databaseUrl !== undefined) {
    return inspect(await openServer(databaseUrl, databaseSchema), dataFolder, true, async () => undefined);
  }
  const folder = databaseFolder(dataFolder);
  if (!(await exists(join(folder, 'PG_VERSION')))) return null;
  const release = await lockFolder(dataFolder);
  try {
    return await inspect(await openEmbedded(folder, () => undefined), dataFolder, false, release);
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

async function inspect(
  database: Database,
  dataFolder: string,
  shared: boolean,
  release: () => Promise<void>,
): Promise<StoreInspection> {
  try {
    const [{ version, now }] = await database.connection.query(
      `SELECT current_setting('server_version') AS "version", now() AS "now"`,
    );
    const migrations = await migrationState(database.connection);
    await database.endConnection();
    const store = storeOn(database, dataFolder, shared, release);
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
