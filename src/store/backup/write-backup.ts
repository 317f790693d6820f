import { createHash } from 'node:crypto';
import { ProbelogError } from '../../errors/index.js';
import { entryHeader, entryPadding, TAR_END } from '../../lib/tar-entry.js';
import type { BlobStore } from '../blobs/blob-store.js';
import { countReferencedBlobs, type ReferencedBlob, referencedBlobs } from '../blobs/referenced-blobs.js';
import type { Connection } from '../database/database.js';
import { readRows } from '../database/snapshot.js';
import { appliedMigrations } from '../migrations/apply-migrations.js';
import {
  BACKED_UP_TABLES,
  type BackedUpTable,
  type BackupManifest,
  blobPath,
  FORMAT_VERSION,
  MANIFEST,
  rowsPath,
  SUMS,
  sumLine,
} from './backup-format.js';

/** The data of a backup. */
export interface BackupSource {
  /** In a snapshot. */
  connection: Connection;
  blobs: BlobStore;
}

/** How a backup is made. */
export interface BackupOptions {
  /** This release, for the manifest. */
  release: string;
  onProgress?(done: number, total: number): void;
}

/** The contents of a finished backup. */
export interface BackupContents {
  manifest: BackupManifest;
  /** Number of blobs. */
  blobs: number;
  /** Number of evicted model files, which are not in the backup. */
  absentFiles: number;
}

/**
 * Writes a backup as a tar archive: the manifest, the blobs, the rows as JSON lines, the sums. The archive is made while it
 * is consumed.
 *
 * Unlike PostgreSQL's own dump, rows as JSON fit the embedded database and servers of any version. Blobs come before rows, so
 * that a restore has every file before the rows that refer to it.
 *
 * @throws ProbelogError BLOB_MISSING when a required blob is missing or damaged, rather than write a backup that cannot be
 *   restored
 */
export async function* writeBackup(
  { connection, blobs }: BackupSource,
  { release, onProgress }: BackupOptions,
): AsyncGenerator<Uint8Array, BackupContents, undefined> {
  const tables = await presentTables(connection);
  const manifest = await makeManifest(connection, tables, release);
  const contents: BackupContents = { manifest, blobs: 0, absentFiles: 0 };
  const sums: string[] = [];
  yield* summedEntry(MANIFEST, `${JSON.stringify(manifest, null, 1)}\n`, sums);
  let done = 0;
  for await (const batch of referencedBlobs(connection)) {
    for (const blob of batch) {
      const exists = yield* blobEntry(blobs, blob);
      contents[exists ? 'blobs' : 'absentFiles'] += 1;
      done += 1;
      onProgress?.(done, manifest.blobs);
    }
  }
  for (const table of tables) yield* tableEntries(connection, table, sums);
  yield* textEntry(SUMS, sums.join(''));
  yield TAR_END;
  return contents;
}

/** The tables of the database; one of an older release lacks newer tables. */
async function presentTables(connection: Connection): Promise<BackedUpTable[]> {
  const rows = await connection.query('SELECT tablename FROM pg_tables WHERE schemaname = current_schema()');
  const present = new Set(rows.map(({ tablename }) => tablename));
  return BACKED_UP_TABLES.filter(({ name }) => present.has(name));
}

async function makeManifest(
  connection: Connection,
  tables: BackedUpTable[],
  release: string,
): Promise<BackupManifest> {
  const counts: [string, number][] = [];
  for (const { name } of tables) {
    const [row] = await connection.query(`SELECT count(*)::float8 AS "count" FROM "${name}"`);
    counts.push([name, Number(row.count)]);
  }
  return {
    format: 'probelog-backup',
    formatVersion: FORMAT_VERSION,
    release,
    createdAt: new Date().toISOString(),
    migrations: await appliedMigrations(connection),
    tables: Object.fromEntries(counts),
    blobs: await countReferencedBlobs(connection),
  };
}

/** @returns whether the blob exists */
async function* blobEntry(
  blobs: BlobStore,
  { digest, required }: ReferencedBlob,
): AsyncGenerator<Uint8Array, boolean, undefined> {
  const file = await blobs.openToRead(digest);
  if (!file && !required) return false;
  if (!file) throw unusable(digest, 'is missing');
  try {
    yield entryHeader(blobPath(digest), file.bytes);
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of file.content) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
    if (bytes !== file.bytes || hash.digest('hex') !== digest) throw unusable(digest, 'is damaged');
    yield entryPadding(bytes);
  } finally {
    file.content.destroy();
  }
  return true;
}

async function* tableEntries(
  connection: Connection,
  { name, key }: BackedUpTable,
  sums: string[],
): AsyncGenerator<Uint8Array, void, undefined> {
  const order = key.map((column) => `"${column}"`).join(', ');
  const sql = `SELECT to_jsonb("row")::text AS "json" FROM "${name}" "row" ORDER BY ${order}`;
  let part = 0;
  for await (const rows of readRows<{ json: string }>(connection, sql, ({ json }) => json.length)) {
    part += 1;
    yield* summedEntry(rowsPath(name, part), rows.map(({ json }) => `${json}\n`).join(''), sums);
  }
}

function* summedEntry(path: string, text: string, sums: string[]): Generator<Uint8Array, void, undefined> {
  sums.push(sumLine(path, Buffer.from(text)));
  yield* textEntry(path, text);
}

function* textEntry(path: string, text: string): Generator<Uint8Array, void, undefined> {
  const bytes = Buffer.from(text);
  yield entryHeader(path, bytes.length);
  yield bytes;
  yield entryPadding(bytes.length);
}

function unusable(digest: string, problem: string): ProbelogError {
  return new ProbelogError(
    'BLOB_MISSING',
    `The stored file ${digest} ${problem}, so the backup would be incomplete. Put the file back, or remove the models or the probe set that it belongs to.`,
    { digest },
  );
}
