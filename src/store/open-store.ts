import { ApiKeys } from './access/api-keys.js';
import { Audit } from './access/audit.js';
import { INTERNAL_VIEWER, type Viewer } from './access/viewer.js';
import { BlobStore, type CleanUpOptions } from './blobs/blob-store.js';
import { filterReferenced } from './blobs/referenced-blobs.js';
import { prepareDataFolder } from './database/data-folder.js';
import { type Connection, closeDatabase, type Database } from './database/database.js';
import { lockFolder } from './database/folder-lock.js';
import { Leases } from './database/leases.js';
import { embeddedExists, openEmbedded } from './database/open-embedded.js';
import { openServer } from './database/open-server.js';
import { blobsFolder, databaseFolder, EMBEDDED_SCHEMA } from './database/store-location.js';
import { TableMemory } from './database/table-memory.js';
import { Deliveries } from './deliveries/deliveries.js';
import { RegistrySweeps } from './deliveries/registry-sweeps.js';
import { checkUnused, type FolderOfDatabase, isNewDatabase, pair } from './identity.js';
import { Ingests } from './ingests/ingests.js';
import { Runners } from './ingests/runners.js';
import { applyMigrations, withMigrationLock } from './migrations/apply-migrations.js';
import { openFoundOutputs } from './models/found-outputs.js';
import { openHiddenModels } from './models/hidden-models.js';
import { Logits } from './models/logits.js';
import { Models } from './models/models.js';
import { ProbeSets } from './probe-sets/probe-sets.js';

/** All stored data: rows in PostgreSQL, and files in the blob store. */
export interface Store {
  probeSets: ProbeSets;
  models: Models;
  logits: Logits;
  ingests: Ingests;
  runners: Runners;
  deliveries: Deliveries;
  apiKeys: ApiKeys;
  audit: Audit;
  sweeps: RegistrySweeps;
  leases: Leases;
  blobs: BlobStore;
  /** The same store for a viewer: it returns what the viewer sees, and audits what the viewer changes. */
  as(viewer: Viewer): Store;
  /** Whether other processes can use the same database. */
  shared: boolean;
  /** Whether its tables were just made. */
  isNew: boolean;
  /** Removes blobs that no row refers to; returns how many. */
  cleanUpBlobs(options?: CleanUpOptions): Promise<number>;
  /** Asks the database for nothing. @throws what keeps it from answering */
  ping(): Promise<void>;
  /** Calls the listener with every SQL statement. @returns removes the listener */
  onStatement(listener: (sql: string) => void): () => void;
  close(): Promise<void>;
}

/** Where a store is; see {@link StoreLocation}. */
export interface StoreOptions {
  /** For blobs and, without a server, for the database. */
  dataFolder: string;
  /** A PostgreSQL server; without it PostgreSQL runs inside this process. */
  databaseUrl?: string;
  /** PostgreSQL schema of the tables on that server. */
  databaseSchema?: string;
  /** Whether the data folder is given to this database, whichever database it belonged to before; false when absent. */
  adopt?: boolean;
  /** Receives a line about each slow step. */
  log?(line: string): void;
}

/**
 * Opens the store and applies pending migrations. It makes a database only for a data folder without files.
 *
 * @throws ProbelogError STORAGE_UNUSABLE, STORAGE_FULL, DATA_FOLDER_IN_USE, DATA_FOLDER_MISMATCH, DATABASE_MISSING, DATABASE_UNAVAILABLE, MIGRATION_CHANGED
 */
export async function openStore({
  dataFolder,
  databaseUrl,
  databaseSchema = EMBEDDED_SCHEMA,
  adopt = false,
  log = () => undefined,
}: StoreOptions): Promise<Store> {
  await prepareDataFolder(dataFolder);
  const folder: FolderOfDatabase = {
    dataFolder,
    blobs: new BlobStore(blobsFolder(dataFolder)),
    schema: databaseUrl === undefined ? null : databaseSchema,
  };
  const release = databaseUrl === undefined ? await lockFolder(dataFolder) : async () => undefined;
  try {
    // Checked before the database's files are made, and for a server below, within the lock of migrations.
    if (!adopt && databaseUrl === undefined && !(await embeddedExists(databaseFolder(dataFolder))))
      await checkUnused(folder);
    const database = await (databaseUrl === undefined
      ? openEmbedded(databaseFolder(dataFolder), log)
      : openServer(databaseUrl, databaseSchema));
    let isNew: boolean;
    try {
      isNew = await migrateAndPair(database.connection, databaseSchema, folder, adopt);
    } catch (thrown) {
      await closeDatabase(database);
      throw thrown;
    }
    await database.endConnection();
    const store = storeOn(database, dataFolder, { isNew, shared: databaseUrl !== undefined }, release);
    try {
      await tidyUp(store, (digests) => filterReferenced(database.prisma, digests), log);
    } catch (thrown) {
      await database.close();
      throw thrown;
    }
    return store;
  } catch (thrown) {
    await release();
    throw thrown;
  }
}

/** What every start does with an open store. */
async function tidyUp(
  { blobs, ingests, leases, shared }: Store,
  filterReferenced: (digests: string[]) => Promise<Set<string>>,
  log: (line: string) => void,
): Promise<void> {
  const count = await blobs.putBack(filterReferenced);
  if (count > 0) log(`${count} files that the database refers to were taken out of the trash`);
  // An embedded database belongs to this process alone, so all earlier lease holders are dead.
  if (shared) return;
  await ingests.endLeases();
  await leases.releaseAll();
}

/** @returns whether the tables were made */
async function migrateAndPair(
  connection: Connection,
  schema: string,
  folder: FolderOfDatabase,
  adopt: boolean,
): Promise<boolean> {
  return withMigrationLock(connection, async () => {
    const isNew = await isNewDatabase(connection);
    if (isNew && !adopt) await checkUnused(folder);
    await applyMigrations(connection, schema);
    await pair(connection, folder, { isNew, adopt });
    return isNew;
  });
}

/** The repositories and files of an open database. @param release unlocks the data folder */
export function storeOn(
  database: Database,
  dataFolder: string,
  { shared, isNew }: Pick<Store, 'shared' | 'isNew'>,
  release: () => Promise<void>,
): Store {
  const { prisma } = database;
  const blobs = new BlobStore(blobsFolder(dataFolder));
  const listeners = new Set<(sql: string) => void>();
  const memory = new TableMemory(shared);
  prisma.$on('query', ({ query }) => {
    memory.observe(query);
    for (const listener of listeners) listener(query);
  });
  const probeSets = new ProbeSets(prisma, memory);
  const hiddenModels = openHiddenModels(prisma, memory);
  const foundOutputs = openFoundOutputs(prisma, memory);
  const deliveries = new Deliveries(prisma);
  const audit = new Audit(prisma);
  const sweeps = new RegistrySweeps(prisma);
  const leases = new Leases(prisma);
  const as = (viewer: Viewer): Store => ({
    probeSets,
    models: new Models(prisma, hiddenModels, viewer),
    logits: new Logits(prisma, foundOutputs, viewer),
    ingests: new Ingests(prisma, viewer),
    runners: new Runners(prisma, viewer),
    deliveries,
    apiKeys: new ApiKeys(prisma, viewer),
    audit,
    sweeps,
    leases,
    blobs,
    as,
    shared,
    isNew,
    cleanUpBlobs: (options) => blobs.cleanUp((digests) => filterReferenced(prisma, digests), options),
    ping: async () => void (await prisma.$queryRaw`SELECT 1`),
    onStatement(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      await database.close();
      await release();
    },
  });
  return as(INTERNAL_VIEWER);
}
