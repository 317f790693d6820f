import { z } from 'zod';
import { BACKED_UP_TABLES } from './tables.js';

/** Goes up when an older release could not read a backup any more. */
export const FORMAT_VERSION = 1;

/** The first entry of a backup. */
export const MANIFEST = 'manifest.json';
/** The last: the sums of the others but the blobs, whose names are theirs. An archive without it is cut off. */
export const SUMS = 'SHA256SUMS';

const count = z.int().min(0);

/** What every version of the format says of itself. */
export const formatSchema = z.object({ format: z.literal('probelog-backup'), formatVersion: z.int() });

export const manifestSchema = formatSchema.extend({
  /** The release that made it. */
  release: z.string().max(100),
  createdAt: z.iso.datetime(),
  /** Those that the database had, in order: its rows have the form that these give them. */
  migrations: z
    .array(z.object({ name: z.string().max(255), checksum: z.string().max(64) }))
    .min(1)
    .max(10_000),
  /** Rows of each table. */
  tables: z.partialRecord(z.enum(BACKED_UP_TABLES.map(({ name }) => name)), count),
  /** Blobs that the rows name; files of models that are not kept any more are among them. */
  blobs: count,
});

/** `manifest.json` of a backup. */
export type BackupManifest = z.infer<typeof manifestSchema>;

/** Where the so many-eth rows of a table are. */
export function rowsPath(table: string, part: number): string {
  return `rows/${table}/${String(part).padStart(6, '0')}.jsonl`;
}

/** Where a blob is. */
export function blobPath(digest: string): string {
  return `blobs/${digest}`;
}
