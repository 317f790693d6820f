import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ProbelogError } from '../errors/index.js';
import { makeFolderDurably, writeFileAtomically } from '../lib/atomic-file.js';
import type { BlobStore } from './blobs/blob-store.js';
import { sampleReferences } from './blobs/referenced-blobs.js';
import type { Connection } from './database/database.js';
import { blobsFolder } from './database/store-location.js';
import { appliedMigrations } from './migrations/apply-migrations.js';

/** The marker in the data folder, and in its folder of blobs: each can be moved by itself. */
const MARKER = 'store.json';
const SAMPLE = 200;

const markerSchema = z.object({
  id: z.uuid(),
  /** PostgreSQL schema of the database, for the message of a mismatch; null for an embedded database. */
  schema: z.string().nullable(),
});
type Marker = z.infer<typeof markerSchema>;

/** A data folder that is to be used with a database. */
export interface FolderOfDatabase {
  dataFolder: string;
  blobs: BlobStore;
  /** The schema on a server; null for an embedded database. */
  schema: string | null;
}

/**
 * A data folder, its blobs and its database have the same id: the folders in their markers, the database in a row.
 *
 * Cleanup removes files that the database does not refer to. With a wrong database, such as an empty one in a misspelled schema,
 * that would be all files. So a database is never made where there are files of an earlier one, and never used with the files of
 * another.
 *
 * @throws ProbelogError DATABASE_MISSING when the folder has files of a database, so no new one may be made for it;
 *   DATA_FOLDER_MISMATCH when the marker cannot be read
 */
export async function checkUnused({ dataFolder, blobs, schema }: FolderOfDatabase): Promise<void> {
  const { ofFolder, ofBlobs } = await readMarkers(dataFolder);
  const marker = ofFolder ?? ofBlobs;
  if (marker === null && !(await blobs.hasAny())) return;
  throw new ProbelogError('DATABASE_MISSING', missingMessage(marker, schema));
}

/** Whether no release has made tables in this schema. */
export async function isNewDatabase(connection: Connection): Promise<boolean> {
  return (
    !(await hasTable(connection, '_prisma_migrations')) || (await appliedMigrations(connection)).length === 0
  );
}

/** How a folder and a database stand to each other. */
type Pairing = 'PAIRED' | 'UNPAIRED' | 'FOREIGN_FILES';

/**
 * Compares the ids, and changes nothing.
 *
 * Without both ids, the files decide: folders and databases of earlier releases have none, and a process may be killed between
 * writing one and the other.
 *
 * @returns FOREIGN_FILES when there is no marker, and the files are elsewhere
 * @throws ProbelogError DATA_FOLDER_MISMATCH
 */
export async function checkPairing(connection: Connection, folder: FolderOfDatabase): Promise<Pairing> {
  const { ofFolder, ofBlobs } = await readMarkers(folder.dataFolder);
  const id = await databaseId(connection);
  const isFolderKnown = ofFolder !== null && id !== null;
  if (id !== null) {
    const foreign = [ofFolder, ofBlobs].find((marker) => marker !== null && marker.id !== id);
    if (foreign) throw mismatch(foreign, folder.schema);
    if (ofBlobs) return ofFolder ? 'PAIRED' : 'UNPAIRED';
  }
  const { found, missing, total } = await compareFiles(connection, folder.blobs);
  if (await folder.blobs.hasAny()) {
    if (found > 0 && missing <= total / 2) return 'UNPAIRED';
    throw mismatch(isFolderKnown ? null : ofFolder, folder.schema);
  }
  return total > 0 && folder.schema !== null && !isFolderKnown ? 'FOREIGN_FILES' : 'UNPAIRED';
}

/**
 * Gives folder and database the same id, if they have none and belong together. Call it within the lock of migrations.
 *
 * @param adopt whether the folder is given to this database, whatever its marker says
 * @throws ProbelogError DATA_FOLDER_MISMATCH
 */
export async function pair(
  connection: Connection,
  folder: FolderOfDatabase,
  { isNew, adopt }: { isNew: boolean; adopt: boolean },
): Promise<void> {
  if (!isNew && !adopt && (await checkPairing(connection, folder)) !== 'UNPAIRED') return;
  const markers = adopt ? null : await readMarkers(folder.dataFolder);
  const marker = markers && (markers.ofFolder ?? markers.ofBlobs);
  await connection.query('INSERT INTO "store_identity" ("id") VALUES ($1) ON CONFLICT DO NOTHING', [
    marker?.id ?? randomUUID(),
  ]);
  const id = await databaseId(connection);
  const written: Marker = { id: z.uuid().parse(id), schema: folder.schema };
  const blobs = blobsFolder(folder.dataFolder);
  await makeFolderDurably(blobs);
  for (const marked of [blobs, folder.dataFolder])
    await writeFileAtomically(join(marked, MARKER), `${JSON.stringify(written)}\n`);
}

async function databaseId(connection: Connection): Promise<string | null> {
  if (!(await hasTable(connection, 'store_identity'))) return null;
  const [row] = await connection.query('SELECT "id"::text FROM "store_identity"');
  return row ? String(row.id) : null;
}

async function hasTable(connection: Connection, name: string): Promise<boolean> {
  const [{ found }] = await connection.query(`SELECT to_regclass($1) IS NOT NULL AS "found"`, [`"${name}"`]);
  return found === true;
}

/** @returns of a sample of the files that cannot be fetched again, how many there are and are missing; and all that are there */
async function compareFiles(connection: Connection, blobs: BlobStore) {
  const sample = await sampleReferences(connection, SAMPLE);
  let found = 0;
  let missing = 0;
  for (const { digest, refetchable } of sample) {
    if (await blobs.has(digest)) found += 1;
    else if (!refetchable) missing += 1;
  }
  return { found, missing, total: sample.filter(({ refetchable }) => !refetchable).length };
}

async function readMarkers(dataFolder: string) {
  return { ofFolder: await readMarker(dataFolder), ofBlobs: await readMarker(blobsFolder(dataFolder)) };
}

async function readMarker(folder: string): Promise<Marker | null> {
  const text = await readFile(join(folder, MARKER), 'utf8').catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return null;
    throw thrown;
  });
  if (text === null) return null;
  const marker = markerSchema.safeParse(parsed(text));
  if (marker.success) return marker.data;
  throw new ProbelogError(
    'DATA_FOLDER_MISMATCH',
    `The file ${MARKER} in the data folder or its blobs, which says to which database they belong, is damaged. Nothing was changed. ${ADOPT}`,
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const ADOPT =
  'If you are sure that the folder belongs to this database, run `probelog serve --adopt` once; it keeps all files.';

function missingMessage(marker: Marker | null, schema: string | null): string {
  const missing =
    schema === null
      ? 'its folder `database` is missing or damaged'
      : `the database server has no ProbeLog tables in the schema ${schema}`;
  const remedy =
    marker && marker.schema !== schema
      ? `${belonging(marker)}.`
      : schema === null
        ? 'Put that folder back, or restore a backup into an empty data folder with `probelog restore`. If the tables are on a server, set DATABASE_URL.'
        : 'Check DATABASE_URL and PROBELOG_DATABASE_SCHEMA, or restore a backup into an empty data folder with `probelog restore`.';
  return `The data folder has files of an earlier database, but ${missing}. Nothing was changed. ${remedy} To start with an empty database beside these files, run \`probelog serve --adopt\` once; it keeps all files.`;
}

function mismatch(marker: Marker | null, schema: string | null): ProbelogError {
  const whose = marker ? belonging(marker) : 'The database does not refer to its files';
  const set = schema === null ? 'PROBELOG_DATA' : 'PROBELOG_DATA, DATABASE_URL and PROBELOG_DATABASE_SCHEMA';
  return new ProbelogError(
    'DATA_FOLDER_MISMATCH',
    `The data folder belongs to another database. Nothing was changed. ${whose}. Check ${set}. ${ADOPT}`,
  );
}

function belonging({ schema }: Marker): string {
  return schema === null
    ? 'It belongs to an embedded database; unset DATABASE_URL to use that'
    : `It belongs to a database on a server, in the schema ${schema}; set DATABASE_URL and PROBELOG_DATABASE_SCHEMA to use that`;
}
