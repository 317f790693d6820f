import { type Migration, shippedMigrations } from '../migrations/shipped-migrations.js';
import type { ArchiveReader } from './archive-reader.js';
import { backupInvalid, backupUnsupported } from './backup-errors.js';
import { type BackupManifest, FORMAT_VERSION, formatSchema, MANIFEST, manifestSchema } from './manifest.js';
import { sumLine } from './write-backup.js';

const MAX_BYTES = 4 * 2 ** 20;

/** A manifest, with what is made of it. */
export interface ReadManifest {
  manifest: BackupManifest;
  /** Its line among the sums. */
  sum: string;
  /** The migrations that give the tables the form of the backup's rows. */
  before: Migration[];
  /** Those of this release that came after. */
  after: Migration[];
}

/** Reads the first entry of a backup. @throws ProbelogError BACKUP_INVALID, BACKUP_UNSUPPORTED */
export async function readManifest(archive: ArchiveReader): Promise<ReadManifest> {
  const first = await archive.next();
  if (first?.path !== MANIFEST) throw backupInvalid(first?.path ?? 'archive', `it should be ${MANIFEST}`);
  const bytes = await archive.whole(MAX_BYTES);
  const json = parse(bytes);
  const format = formatSchema.safeParse(json);
  if (!format.success) throw backupInvalid(MANIFEST, 'it is not the manifest of a backup of ProbeLog');
  if (format.data.formatVersion !== FORMAT_VERSION)
    throw backupUnsupported(`its format is version ${format.data.formatVersion}, not ${FORMAT_VERSION}`);
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw backupInvalid(MANIFEST, `${path.join('.')}: ${message}`);
  }
  const manifest = parsed.data;
  return { manifest, sum: sumLine(MANIFEST, bytes), ...(await migrationsOf(manifest)) };
}

/** An older database had the first of our migrations; one with others is of a later release, or of none. */
async function migrationsOf({ migrations }: BackupManifest): Promise<Pick<ReadManifest, 'before' | 'after'>> {
  const shipped = await shippedMigrations();
  const unknown = migrations.find(
    ({ name, checksum }, index) => shipped[index]?.name !== name || shipped[index].checksum !== checksum,
  );
  if (unknown) throw backupUnsupported(`it does not know the migration ${JSON.stringify(unknown.name)}`);
  return { before: shipped.slice(0, migrations.length), after: shipped.slice(migrations.length) };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (thrown) {
    throw backupInvalid(MANIFEST, 'it is not JSON', thrown);
  }
}
