import { createHash } from 'node:crypto';
import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';

/** Increased when older releases can no longer read new backups. */
export const FORMAT_VERSION = 1;

/** The first entry of a backup. */
export const MANIFEST = 'manifest.json';
/** The last entry: the SHA-256 of all others but the blobs, whose names contain theirs. An archive without it is cut off. */
export const SUMS = 'SHA256SUMS';

/** A table of a backup. */
export interface BackedUpTable {
  name: string;
  /** The primary key, which orders the rows. */
  key: string[];
}

/**
 * The tables of a backup, each after those that it refers to.
 *
 * `lease` and `runner` are not among them: they belong to running processes, and none of them works for the new machine. Nor is `store_identity`: the
 * restored store is another one.
 */
export const BACKED_UP_TABLES: readonly BackedUpTable[] = [
  { name: 'probe_set', key: ['id'] },
  { name: 'probe', key: ['id'] },
  { name: 'probe_embedding', key: ['probe_set_id', 'encoder_id'] },
  { name: 'model', key: ['id'] },
  { name: 'model_data_file', key: ['model_id', 'location'] },
  { name: 'model_notes', key: ['model_id'] },
  { name: 'model_tag', key: ['model_id', 'key'] },
  { name: 'model_alias', key: ['model_id', 'alias'] },
  { name: 'logit', key: ['model_id', 'index'] },
  { name: 'ingest', key: ['id'] },
  { name: 'webhook_delivery', key: ['source', 'delivery_id'] },
  { name: 'api_key', key: ['id'] },
  { name: 'audit_entry', key: ['id'] },
  { name: 'registry_sweep', key: ['registry'] },
];

const count = z.int().min(0);

/** The fields that every version of the format has. */
export const formatSchema = z.object({ format: z.literal('probelog-backup'), formatVersion: z.int() });

export const manifestSchema = formatSchema.extend({
  /** The release that made the backup. */
  release: z.string().max(100),
  createdAt: z.iso.datetime(),
  /** The migrations of the database, in order. They define the form of the rows. */
  migrations: z
    .array(z.object({ name: z.string().max(255), checksum: z.string().max(64) }))
    .min(1)
    .max(10_000),
  /** Number of rows of each table. */
  tables: z.partialRecord(z.enum(BACKED_UP_TABLES.map(({ name }) => name)), count),
  /** Number of blobs that the rows refer to, including evicted model files, which the archive does not have. */
  blobs: count,
});

/** `manifest.json` of a backup. */
export type BackupManifest = z.infer<typeof manifestSchema>;

/** Path of a part of a table's rows. @param part from 1 */
export function rowsPath(table: string, part: number): string {
  return `rows/${table}/${String(part).padStart(6, '0')}.jsonl`;
}

/** Path of a blob. */
export function blobPath(digest: string): string {
  return `blobs/${digest}`;
}

/** A line of {@link SUMS}, as `sha256sum` writes and checks it. */
export function sumLine(path: string, content: Uint8Array): string {
  return `${createHash('sha256').update(content).digest('hex')}  ${path}\n`;
}

/** @param where such as the path of an entry; untrusted text */
export function backupInvalid(where: string, problem: string, cause?: unknown): ProbelogError {
  const shown = JSON.stringify(where.slice(0, 100)).slice(1, -1);
  return new ProbelogError(
    'BACKUP_INVALID',
    `The backup is invalid: ${shown}: ${problem}. Nothing was restored.`,
    { where: where.slice(0, 100) },
    { cause },
  );
}

export function backupUnsupported(problem: string): ProbelogError {
  return new ProbelogError(
    'BACKUP_UNSUPPORTED',
    `This release cannot restore the backup: ${problem}. Use the release that made it, or a later one.`,
  );
}

export function restoreNotEmpty(found: string, remedy: string): ProbelogError {
  return new ProbelogError(
    'RESTORE_NOT_EMPTY',
    `A backup can only be restored to an empty place, and ${found}. ${remedy}`,
  );
}
