import type { Connection } from '../database/connection.js';
import { EMBEDDED_SCHEMA } from '../database/data-folder.js';
import { openEmbedded } from '../database/open-embedded.js';
import { openServer } from '../database/open-server.js';
import type { StoreLocation } from '../database/store-location.js';
import { withMigrationLock } from '../migrations/apply-migrations.js';
import { makeMigrationsTable, runMigration } from '../migrations/run-migration.js';
import { type ArchiveEntry, ArchiveReader } from './archive-reader.js';
import { closeBoth } from './back-up.js';
import { backupInvalid, notEmpty } from './backup-errors.js';
import { checkRestored } from './check-restored.js';
import { type BackupManifest, blobPath, rowsPath, SUMS } from './manifest.js';
import { type ReadManifest, readManifest } from './read-manifest.js';
import { type RestorePlace, takePlace } from './restore-place.js';
import { columnsOf, isAboutData, restoreRows } from './restore-rows.js';
import { BACKED_UP_TABLES } from './tables.js';
import { sumLine } from './write-backup.js';

/** PostgreSQL takes no larger JSON, so no entry with rows can be larger. */
const MAX_ROWS_BYTES = 256 * 2 ** 20;
const MAX_SUMS_BYTES = 64 * 2 ** 20;
const MAX_TABLES_NAMED = 5;
const BLOB = /^blobs\/([0-9a-f]{64})$/;

/** What was restored. */
export interface RestoredBackup {
  manifest: BackupManifest;
  blobs: number;
  /** Ingests that were running when the backup was made: they are queued again. */
  requeued: number;
}

/**
 * Restores a backup into an empty data folder, and into an empty schema where there is a server.
 *
 * Until all of it is there and was checked, nothing is: blobs and an embedded database come to be in a folder aside, the
 * rows in one transaction, migrations included. A process that is killed leaves that folder, which the next restore removes.
 *
 * @param content the archive
 * @param signal gives up, until the last step
 * @throws ProbelogError RESTORE_NOT_EMPTY, BACKUP_INVALID, BACKUP_UNSUPPORTED, STORAGE_FULL, DATA_FOLDER_IN_USE,
 *   DATABASE_UNAVAILABLE; whatever `content` throws
 */
export async function restoreBackup(
  location: StoreLocation,
  content: AsyncIterable<Uint8Array>,
  { onProgress, signal }: { onProgress?(done: number, total: number): void; signal?: AbortSignal } = {},
): Promise<RestoredBackup> {
  const { dataFolder, databaseUrl, log } = location;
  const place = await takePlace(dataFolder);
  try {
    const archive = new ArchiveReader(content);
    const read = await readManifest(archive);
    const schema = databaseUrl === undefined ? EMBEDDED_SCHEMA : location.databaseSchema;
    const database = await (databaseUrl === undefined
      ? openEmbedded(place.database, log)
      : openServer(databaseUrl, schema));
    let restored: RestoredBackup;
    try {
      const { connection } = database;
      restored = await withMigrationLock(connection, async () => {
        await checkEmpty(connection, schema);
        return new Restoring(connection, place, archive, read, onProgress).restore(schema, signal);
      });
    } finally {
      await closeBoth(database);
    }
    if (databaseUrl === undefined) await place.showDatabase();
    return restored;
  } finally {
    await place.giveBack();
  }
}

/** The reading of one backup, entry by entry. */
class Restoring {
  private entry: ArchiveEntry | null = null;
  private readonly sums: string[];

  constructor(
    private readonly connection: Connection,
    private readonly place: RestorePlace,
    private readonly archive: ArchiveReader,
    private readonly read: ReadManifest,
    private readonly onProgress?: (done: number, total: number) => void,
  ) {
    this.sums = [read.sum];
  }

  async restore(schema: string, signal?: AbortSignal): Promise<RestoredBackup> {
    const { connection } = this;
    const { manifest, before, after } = this.read;
    const blobs = await this.restoreBlobs();
    await connection.execute('BEGIN');
    try {
      await connection.execute(
        'SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0;',
      );
      await makeMigrationsTable(connection, schema);
      for (const migration of before) await runMigration(connection, migration);
      for (const { name } of BACKED_UP_TABLES) await this.restoreTable(name);
      await this.checkEnd();
      // The rows are those of a store of their release before they are brought to the form of this one.
      for (const migration of after) await runMigration(connection, migration);
      await checkRestored(connection, this.place.blobs);
      const requeued = await requeue(connection);
      signal?.throwIfAborted();
      await this.place.showBlobs();
      // When this fails, nobody can say whether the rows are there: so the blobs stay.
      await connection.execute('COMMIT');
      return { manifest, blobs, requeued };
    } catch (thrown) {
      await connection.execute('ROLLBACK').catch(() => undefined);
      if (isAboutData(thrown)) throw backupInvalid('rows', 'they are refused by the database', thrown);
      throw thrown;
    }
  }

  private async restoreBlobs(): Promise<number> {
    const { archive } = this;
    let count = 0;
    let last = '';
    for (;;) {
      this.entry = await archive.next();
      const digest = this.entry && BLOB.exec(this.entry.path)?.[1];
      if (!digest) return count;
      const path = blobPath(digest);
      if (digest <= last) throw backupInvalid(path, 'it is there twice, or not in its place');
      const stored = await this.place.blobs.put(archive.content());
      if (stored.digest !== digest)
        throw backupInvalid(path, 'its content has another SHA-256 than its name');
      last = digest;
      count += 1;
      this.onProgress?.(count, this.read.manifest.blobs);
    }
  }

  private async restoreTable(table: string): Promise<void> {
    const columns = await columnsOf(this.connection, table);
    let count = 0;
    for (let part = 1; this.entry?.path === rowsPath(table, part); part++) {
      const { path } = this.entry;
      if (columns.size === 0) throw backupInvalid(path, 'the release that it is from had no such table');
      const bytes = await this.archive.whole(MAX_ROWS_BYTES);
      count += await restoreRows(this.connection, { table, columns }, { path, text: bytes.toString('utf8') });
      this.sums.push(sumLine(path, bytes));
      this.entry = await this.archive.next();
    }
    const told = this.read.manifest.tables[table] ?? 0;
    if (count !== told) {
      const found = this.entry === null ? 'the archive ends' : `${this.entry.path} follows`;
      throw backupInvalid(table, `there are ${count} rows of ${told}, then ${found}`);
    }
  }

  private async checkEnd(): Promise<void> {
    if (this.entry?.path !== SUMS)
      throw backupInvalid(this.entry?.path ?? 'archive', `there should be ${SUMS}, which ends a backup`);
    const sums = (await this.archive.whole(MAX_SUMS_BYTES)).toString('utf8');
    const differing = sums.split('\n').find((line, index) => `${line}\n` !== (this.sums[index] ?? '\n'));
    if (sums !== this.sums.join(''))
      throw backupInvalid(
        differing?.split('  ')[1] ?? SUMS,
        'its SHA-256 is not the one that the backup says',
      );
    const next = await this.archive.next();
    if (next) throw backupInvalid(next.path, `it stands behind ${SUMS}, which ends a backup`);
  }
}

/** @throws ProbelogError RESTORE_NOT_EMPTY */
async function checkEmpty(connection: Connection, schema: string): Promise<void> {
  const rows = await connection.query(
    'SELECT tablename FROM pg_tables WHERE schemaname = $1 ORDER BY tablename',
    [schema],
  );
  if (rows.length === 0) return;
  const names = rows.slice(0, MAX_TABLES_NAMED).map(({ tablename }) => tablename);
  throw notEmpty(
    `the schema ${schema} has ${rows.length} tables (${names.join(', ')}${rows.length > names.length ? ', …' : ''})`,
    'Name another schema by PROBELOG_DATABASE_SCHEMA, or another database by DATABASE_URL.',
  );
}

/** Whoever worked on them is not here, and the finished batches are not in the backup: they begin anew. */
async function requeue(connection: Connection): Promise<number> {
  const rows = await connection.query(
    `UPDATE "ingest" SET "state" = 'QUEUED', "stage" = 'QUEUED', "done" = 0, "eta_seconds" = NULL, "worker" = NULL,
       "leased_until" = NULL, "kills" = 0 WHERE "state" = 'RUNNING' RETURNING 1`,
  );
  return rows.length;
}
