import { join } from 'node:path';
import { exists } from '../lib/exists.js';
import { databaseFolder, EMBEDDED_SCHEMA } from './database/data-folder.js';
import type { Database } from './database/database.js';
import { lockFolder } from './database/folder-lock.js';
import { openEmbedded } from './database/open-embedded.js';
import { openServer } from './database/open-server.js';
import { type MigrationState, migrationState } from './migrations/migration-state.js';
import { type Store, type StoreOptions, storeOn } from './open-store.js';

/** A store as it was found. */
export interface StoreInspection {
  /** Usable only where nothing is pending or changed. */
  store: Store;
  /** Of PostgreSQL, such as 17.5. */
  version: string;
  /** What the database's clock says. */
  now: Date;
  migrations: MigrationState;
  close(): Promise<void>;
}

/**
 * Opens a store to look at it: no migration is applied, no lease ended, no folder made.
 *
 * @returns null when there is no embedded database yet
 * @throws ProbelogError DATA_FOLDER_IN_USE, DATABASE_UNAVAILABLE
 */
export async function inspectStore({
  dataFolder,
  databaseUrl,
  databaseSchema = EMBEDDED_SCHEMA,
}: StoreOptions): Promise<StoreInspection | null> {
  if (databaseUrl !== undefined) {
    return lookAt(await openServer(databaseUrl, databaseSchema), dataFolder, true, async () => undefined);
  }
  const folder = databaseFolder(dataFolder);
  if (!(await exists(join(folder, 'PG_VERSION')))) return null;
  const release = await lockFolder(dataFolder);
  try {
    return await lookAt(await openEmbedded(folder, () => undefined), dataFolder, false, release);
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

async function lookAt(
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
    await database.endConnection();
    await database.close();
    throw thrown;
  }
}
