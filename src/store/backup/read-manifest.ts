import { type Migration, shippedMigrations } from '../migrations/shipped-migrations.js';
import type { ArchiveReader } from './archive-reader.js';
import {
  type BackupManifest,
  backupInvalid,
  backupUnsupported,
  FORMAT_VERSION,
  formatSchema,
  MANIFEST,
  manifestSchema,
  sumLine,
} from './backup-format.js';

const MAX_BYTES = 4 * 2 ** 20;

/** A manifest, with the facts that a restore derives from it. */
export interface ReadManifest {
  manifest: BackupManifest;
  /** Its line in the sums. */
  sum: string;
  /** The migrations that give the tables the form of the backup's rows. */
  before: Migration[];
  /** The later migrations of this release. */
  after: Migration[];
}

/** Reads the first entry of a backup. @throws ProbelogError BACKUP_INVALID, BACKUP_UNSUPPORTED */
export async function readManifest(archive: ArchiveReader): Promise<ReadManifest> {
  const first = await archive.next();
  if (first?.path !== MANIFEST) throw backupInvalid(first?.path ?? 'archive', `it should be ${MANIFEST}`);
  const bytes = await archive.whole(MAX_BYTES);
  const json = parse(bytes);
  const format = formatSchema.safeParse(json);
  if (!format.success) throw backupInvalid(MANIFEST, 'it is not the manifest of a ProbeLog backup');
  if (format.data.formatVersion !== FORMAT_VERSION)
    throw backupUnsupported(`its format has version ${format.data.formatVersion}, not ${FORMAT_VERSION}`);
  const parsed = manifestSchema.safeParse(json);
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues;
    throw backupInvalid(MANIFEST, `${path.join('.')}: ${message}`);
  }
  const manifest = parsed.data;
  return { manifest, sum: sumLine(MANIFEST, bytes), ...(await migrationsOf(manifest)) };
}

/** An older database has a prefix of our migrations. Any other migration is from a later release, or foreign. */
async function migrationsOf({ migrations }: BackupManifest): Promise<Pick<ReadManifest, 'before' | 'after'>> {
  const shipped = await shippedMigrations();
  const unknown = migrations.find(
    ({ name, checksum }, index) => shipped[index]?.name !== name || shipped[index].checksum !== checksum,
  );
  if (unknown) throw backupUnsupported(`it contains the unknown migration ${JSON.stringify(unknown.name)}`);
  return { before: shipped.slice(0, migrations.length), after: shipped.slice(migrations.length) };
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (thrown) {
    throw backupInvalid(MANIFEST, 'it is not JSON', thrown);
  }
}
