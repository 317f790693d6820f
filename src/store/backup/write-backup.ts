import { createHash } from 'node:crypto';
import { ProbelogError } from '../../errors/index.js';
import { entryHeader, entryPadding, TAR_END } from '../../lib/tar-entry.js';
import type { BlobStore } from '../blobs/blob-store.js';
import type { Connection } from '../database/connection.js';
import { appliedMigrations } from '../migrations/apply-migrations.js';
import { type BackupManifest, blobPath, FORMAT_VERSION, MANIFEST, rowsPath, SUMS } from './manifest.js';
import { countNamedBlobs, type NamedBlob, namedBlobs } from './named-blobs.js';
import { rowsOf } from './snapshot.js';
import { BACKED_UP_TABLES, type BackedUpTable } from './tables.js';

/** What a backup is made of. */
export interface BackupSource {
  /** Within a snapshot. */
  connection: Connection;
  blobs: BlobStore;
}

/** What is said besides the data, and to whom. */
export interface BackupNotes {
  /** The release that makes it. */
  release: string;
  onProgress?(done: number, total: number): void;
}

/** What went into a backup. */
export interface BackupContents {
  manifest: BackupManifest;
  /** Blobs in it. */
  blobs: number;
  /** Files of models that were not kept any more, and are therefore not in it. */
  absentFiles: number;
}

/**
 * A backup as a tar archive, made while it is taken: the manifest, the blobs, the rows as JSON lines, the sums.
 *
 * Rows as JSON, not PostgreSQL's own dump: they fit the embedded database and a server's of any version alike. Blobs come
 * before rows, so that whoever restores has every file of a row before the row.
 *
 * @returns what went into it
 * @throws ProbelogError BLOB_MISSING when a blob that is needed is not there or damaged: better no backup than one that
 *   is found wanting when it is needed
 */
export async function* writeBackup(
  { connection, blobs }: BackupSource,
  { release, onProgress }: BackupNotes,
): AsyncGenerator<Uint8Array, BackupContents, undefined> {
  const tables = await presentTables(connection);
  const manifest = await manifestOf(connection, tables, release);
  const contents: BackupContents = { manifest, blobs: 0, absentFiles: 0 };
  const sums: string[] = [];
  yield* summedEntry(MANIFEST, `${JSON.stringify(manifest, null, 1)}\n`, sums);
  let done = 0;
  for await (const some of namedBlobs(connection)) {
    for (const blob of some) {
      const isThere = yield* blobEntry(blobs, blob);
      contents[isThere ? 'blobs' : 'absentFiles'] += 1;
      done += 1;
      onProgress?.(done, manifest.blobs);
    }
  }
  for (const table of tables) yield* tableEntries(connection, table, sums);
  yield* textEntry(SUMS, sums.join(''));
  yield TAR_END;
  return contents;
}

/** A database of an older release lacks the newer tables. */
async function presentTables(connection: Connection): Promise<BackedUpTable[]> {
  const rows = await connection.query('SELECT tablename FROM pg_tables WHERE schemaname = current_schema()');
  const present = new Set(rows.map(({ tablename }) => tablename));
  return BACKED_UP_TABLES.filter(({ name }) => present.has(name));
}

async function manifestOf(
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
    blobs: await countNamedBlobs(connection),
  };
}

/** @returns whether it is there */
async function* blobEntry(
  blobs: BlobStore,
  { digest, needed }: NamedBlob,
): AsyncGenerator<Uint8Array, boolean, undefined> {
  const file = await blobs.openToRead(digest);
  if (!file && !needed) return false;
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
  for await (const rows of rowsOf<{ json: string }>(connection, sql, ({ json }) => json.length)) {
    part += 1;
    yield* summedEntry(rowsPath(name, part), rows.map(({ json }) => `${json}\n`).join(''), sums);
  }
}

function* summedEntry(path: string, text: string, sums: string[]): Generator<Uint8Array, void, undefined> {
  sums.push(sumLine(path, Buffer.from(text)));
  yield* textEntry(path, text);
}

/** As `sha256sum` writes and checks it. */
export function sumLine(path: string, content: Uint8Array): string {
  return `${createHash('sha256').update(content).digest('hex')}  ${path}\n`;
}

function* textEntry(path: string, text: string): Generator<Uint8Array, void, undefined> {
  const bytes = Buffer.from(text);
  yield entryHeader(path, bytes.length);
  yield bytes;
  yield entryPadding(bytes.length);
}

function unusable(digest: string, what: string): ProbelogError {
  return new ProbelogError(
    'BLOB_MISSING',
    `The stored file ${digest} ${what}, so no whole backup can be made. Put it back, or remove the models or the probe set that it belongs to.`,
    { digest },
  );
}
