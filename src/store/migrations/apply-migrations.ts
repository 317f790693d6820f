import { ProbelogError } from '../../errors/index.js';
import type { Connection } from '../database/connection.js';
import { makeMigrationsTable, runMigration } from './run-migration.js';
import { type Migration, shippedMigrations } from './shipped-migrations.js';

/** The number that Prisma's own migrations lock, so that `prisma migrate deploy` and this wait for each other. */
const ADVISORY_LOCK = 72_707_369;

/**
 * Applies the SQL migrations that a database lacks, in order, each in a transaction of its own.
 *
 * Prisma's own `migrate deploy` needs an engine that it downloads; this does the same without, and keeps Prisma's
 * `_prisma_migrations` table as Prisma does, so that `prisma migrate deploy` can take over at any time.
 *
 * @param schema that the connection looks into; made when it is not there
 * @throws ProbelogError MIGRATION_CHANGED when an applied migration is not the shipped one, DATABASE_UNAVAILABLE when
 *   the schema cannot be made
 */
export async function applyMigrations(connection: Connection, schema: string): Promise<void> {
  await withMigrationLock(connection, async () => {
    await makeMigrationsTable(connection, schema);
    const applied = new Map((await appliedMigrations(connection)).map((one) => [one.name, one.checksum]));
    for (const migration of await shippedMigrations()) {
      const known = applied.get(migration.name);
      if (known === undefined) await applyOne(connection, migration);
      else if (known !== migration.checksum) throw changed(migration.name);
    }
  });
}

/** Keeps two processes that start at once from running a migration twice. */
export async function withMigrationLock<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.query(`SELECT pg_advisory_lock(${ADVISORY_LOCK})`);
  try {
    return await work();
  } finally {
    await connection.query(`SELECT pg_advisory_unlock(${ADVISORY_LOCK})`);
  }
}

/** The migrations that a database has, in order. */
export async function appliedMigrations(
  connection: Connection,
): Promise<Pick<Migration, 'name' | 'checksum'>[]> {
  const rows = await connection.query(
    'SELECT "migration_name", "checksum" FROM "_prisma_migrations" WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL ORDER BY "migration_name" COLLATE "C"',
  );
  return rows.map((row) => ({ name: String(row.migration_name), checksum: String(row.checksum) }));
}

async function applyOne(connection: Connection, migration: Migration): Promise<void> {
  await connection.execute('BEGIN');
  try {
    await runMigration(connection, migration);
    await connection.execute('COMMIT');
  } catch (thrown) {
    await connection.execute('ROLLBACK');
    throw thrown;
  }
}

function changed(name: string): ProbelogError {
  return new ProbelogError(
    'MIGRATION_CHANGED',
    `The database was set up by another form of migration ${name}. Use the release that made it, or an empty database.`,
    { migration: name },
  );
}
