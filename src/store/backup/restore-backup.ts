import { type Connection, closeDatabase } from '../database/database.js';
import { openEmbedded } from '../database/open-embedded.js';
import { openServer } from '../database/open-server.js';
import { EMBEDDED_SCHEMA, type StoreLocation } from '../database/store-location.js';
import { makeMigrationsTable, runMigration, withMigrationLock } from '../migrations/apply-migrations.js';
import { type ArchiveEntry, ArchiveReader } from './archive-reader.js';
import {
  BACKED_UP_TABLES,
  type BackupManifest,
  backupInvalid,
  blobPath,
  restoreNotEmpty,
  rowsPath,
  SUMS,
  sumLine,
} from './backup-format.js';
import { checkRestored } from './check-restored.js';
import { type ReadManifest, readManifest } from './read-manifest.js';
import { columnsOf, isDataError, restoreRows } from './restore-rows.js';
import { openStaging, type RestoreStaging } from './restore-staging.js';

/** PostgreSQL accepts no larger JSON, so no entry with rows can be larger. */
const MAX_ROWS_BYTES = 256 * 2 ** 20;
const MAX_SUMS_BYTES = 64 * 2 ** 20;
const MAX_TABLES_NAMED = 5;
const BLOB = /^blobs\/([0-9a-f]{64})$/;

/** The result of a restore. */
export interface RestoredBackup {
  manifest: BackupManifest;
  blobs: number;
  /** Number of ingests that were running when the backup was made, and are queued again. */
  requeued: number;
}

/**
 * Restores a backup into an empty data folder and, with a server, into an empty schema.
 *
 * It restores everything or nothing: blobs and an embedded database are first written to a staging folder, and the rows are
 * written in one transaction, migrations included. A killed process leaves the staging folder, which the next restore removes.
 *
 * @param content the archive
 * @param signal stops the restore, until its last step
 * @throws ProbelogError RESTORE_NOT_EMPTY, BACKUP_INVALID, BACKUP_UNSUPPORTED, STORAGE_FULL, DATA_FOLDER_IN_USE,
 *   DATABASE_UNAVAILABLE; errors of `content`
 */
export async function restoreBackup(
  location: StoreLocation,
  content: AsyncIterable<Uint8Array>,
  { onProgress, signal }: { onProgress?(done: number, total: number): void; signal?: AbortSignal } = {},
): Promise<RestoredBackup> {
  const { dataFolder, databaseUrl, log } = location;
  const staging = await openStaging(dataFolder);
  try {
    const archive = new ArchiveReader(content);
    const read = await readManifest(archive);
    const schema = databaseUrl === undefined ? EMBEDDED_SCHEMA : location.databaseSchema;
    const database = await (databaseUrl === undefined
      ? openEmbedded(staging.database, log)
      : openServer(databaseUrl, schema));
    let restored: RestoredBackup;
    try {
      const { connection } = database;
      restored = await withMigrationLock(connection, async () => {
        await checkEmpty(connection, schema);
        return new Restore(connection, staging, archive, read, onProgress).run(schema, signal);
      });
    } finally {
      await closeDatabase(database);
    }
    if (databaseUrl === undefined) await staging.publishDatabase();
    return restored;
  } finally {
    await staging.close();
  }
}

/** One restore, entry by entry. */
class Restore {
  private entry: ArchiveEntry | null = null;
  private readonly sums: string[];

  constructor(
    private readonly connection: Connection,
    private readonly staging: RestoreStaging,
    private readonly archive: ArchiveReader,
    private readonly read: ReadManifest,
    private readonly onProgress?: (done: number, total: number) => void,
  ) {
    this.sums = [read.sum];
  }

  async run(schema: string, signal?: AbortSignal): Promise<RestoredBackup> {
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
      // The rows have the form of the backup's release; the later migrations bring them to the form of this one.
      for (const migration of after) await runMigration(connection, migration);
      await checkRestored(connection, this.staging.blobs);
      const requeued = await requeue(connection);
      signal?.throwIfAborted();
      await this.staging.publishBlobs();
      // When this fails, the rows may or may not be committed, so the blobs stay.
      await connection.execute('COMMIT');
      return { manifest, blobs, requeued };
    } catch (thrown) {
      await connection.execute('ROLLBACK').catch(() => undefined);
      if (isDataError(thrown)) throw backupInvalid('rows', 'the database refuses them', thrown);
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
      if (digest <= last) throw backupInvalid(path, 'it is there twice or out of order');
      const stored = await this.staging.blobs.put(archive.content());
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
      if (columns.size === 0) throw backupInvalid(path, 'the release that made the backup had no such table');
      const bytes = await this.archive.whole(MAX_ROWS_BYTES);
      count += await restoreRows(this.connection, { table, columns }, { path, text: bytes.toString('utf8') });
      this.sums.push(sumLine(path, bytes));
      this.entry = await this.archive.next();
    }
    const expected = this.read.manifest.tables[table] ?? 0;
    if (count !== expected) {
      const found = this.entry === null ? 'the archive ends' : `${this.entry.path} follows`;
      throw backupInvalid(table, `it has ${count} of ${expected} rows, then ${found}`);
    }
  }

  private async checkEnd(): Promise<void> {
    if (this.entry?.path !== SUMS)
      throw backupInvalid(
        this.entry?.path ?? 'archive',
        `${SUMS}, which ends a backup, should follow instead`,
      );
    const sums = (await this.archive.whole(MAX_SUMS_BYTES)).toString('utf8');
    const differing = sums.split('\n').find((line, index) => `${line}\n` !== (this.sums[index] ?? '\n'));
    if (sums !== this.sums.join(''))
      throw backupInvalid(differing?.split('  ')[1] ?? SUMS, `its SHA-256 differs from the one in ${SUMS}`);
    const next = await this.archive.next();
    if (next) throw backupInvalid(next.path, `it follows ${SUMS}, which should end the backup`);
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
  throw restoreNotEmpty(
    `the schema ${schema} has ${rows.length} tables (${names.join(', ')}${rows.length > names.length ? ', …' : ''})`,
    'Choose another schema with PROBELOG_DATABASE_SCHEMA, or another database with DATABASE_URL.',
  );
}

/** Requeues running ingests. Their workers are not here, and their finished batches are not in the backup. */
async function requeue(connection: Connection): Promise<number> {
  const rows = await connection.query(
    `UPDATE "ingest" SET "state" = 'QUEUED', "stage" = 'QUEUED', "done" = 0, "eta_seconds" = NULL, "worker" = NULL,
       "leased_until" = NULL, "kills" = 0, "runner_flavors" = '{}' WHERE "state" IN ('RUNNING', 'AWAITING_RUNNER') RETURNING 1`,
  );
  return rows.length;
}
