import { randomUUID } from 'node:crypto';
import { messageOf, ProbelogError } from '../../errors/index.js';
import type { Connection } from '../database/database.js';
import { type Migration, shippedMigrations } from './shipped-migrations.js';

/** Prisma's own migrations use the same lock, so `prisma migrate deploy` and this code wait for each other. */
const ADVISORY_LOCK = 72_707_369;

/** Identical to Prisma's table. */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS "_prisma_migrations" (
  "id" VARCHAR(36) PRIMARY KEY NOT NULL,
  "checksum" VARCHAR(64) NOT NULL,
  "finished_at" TIMESTAMPTZ,
  "migration_name" VARCHAR(255) NOT NULL,
  "logs" TEXT,
  "rolled_back_at" TIMESTAMPTZ,
  "started_at" TIMESTAMPTZ NOT NULL DEFAULT now(),
  "applied_steps_count" INTEGER NOT NULL DEFAULT 0
)`;

/**
 * Applies the pending SQL migrations in order, each in its own transaction. Call it within {@link withMigrationLock}.
 *
 * Prisma's own `migrate deploy` would have to download an engine. This code keeps Prisma's `_prisma_migrations` table in the
 * same way, so `prisma migrate deploy` can take over at any time.
 *
 * @param schema the connection's schema; created when missing
 * @throws ProbelogError MIGRATION_CHANGED when an applied migration differs from the shipped one, DATABASE_UNAVAILABLE when
 *   the schema cannot be created
 */
export async function applyMigrations(connection: Connection, schema: string): Promise<void> {
  await makeMigrationsTable(connection, schema);
  const applied = new Map(
    (await appliedMigrations(connection)).map(({ name, checksum }) => [name, checksum]),
  );
  for (const migration of await shippedMigrations()) {
    const checksum = applied.get(migration.name);
    if (checksum === undefined) await applyInTransaction(connection, migration);
    else if (checksum !== migration.checksum) throw migrationChanged(migration.name);
  }
}

/** Prevents two processes that start at once from running a migration twice. */
export async function withMigrationLock<T>(connection: Connection, work: () => Promise<T>): Promise<T> {
  await connection.query(`SELECT pg_advisory_lock(${ADVISORY_LOCK})`);
  try {
    return await work();
  } finally {
    await connection.query(`SELECT pg_advisory_unlock(${ADVISORY_LOCK})`);
  }
}

/** The applied migrations of a database, in order. */
export async function appliedMigrations(
  connection: Connection,
): Promise<Pick<Migration, 'name' | 'checksum'>[]> {
  const rows = await connection.query(
    'SELECT "migration_name", "checksum" FROM "_prisma_migrations" WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL ORDER BY "migration_name" COLLATE "C"',
  );
  return rows.map((row) => ({ name: String(row.migration_name), checksum: String(row.checksum) }));
}

/**
 * Creates the connection's schema and its table of migrations, where they are missing.
 *
 * It checks for the schema first, so that a role without the right to create schemas can use an existing one.
 *
 * @throws ProbelogError DATABASE_UNAVAILABLE when the schema cannot be created
 */
export async function makeMigrationsTable(connection: Connection, schema: string): Promise<void> {
  const found = await connection.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (found.length === 0) await makeSchema(connection, schema);
  await connection.execute(CREATE_TABLE);
}

/** Runs and records one migration, within the caller's transaction. */
export async function runMigration(
  connection: Connection,
  { name, sql, checksum }: Migration,
): Promise<void> {
  await connection.execute(sql);
  await connection.query(
    'INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count") VALUES ($1, $2, $3, now(), 1)',
    [randomUUID(), checksum, name],
  );
}

async function applyInTransaction(connection: Connection, migration: Migration): Promise<void> {
  await connection.execute('BEGIN');
  try {
    await runMigration(connection, migration);
    await connection.execute('COMMIT');
  } catch (thrown) {
    await connection.execute('ROLLBACK');
    throw thrown;
  }
}

async function makeSchema(connection: Connection, schema: string): Promise<void> {
  try {
    await connection.execute(`CREATE SCHEMA "${schema}"`);
  } catch (thrown) {
    throw new ProbelogError(
      'DATABASE_UNAVAILABLE',
      `The schema ${schema} does not exist and cannot be created: ${messageOf(thrown)}. Create it for this role, or set PROBELOG_DATABASE_SCHEMA to another one.`,
      { schema },
    );
  }
}

function migrationChanged(name: string): ProbelogError {
  return new ProbelogError(
    'MIGRATION_CHANGED',
    `The database was created with a different version of the migration ${name}. Use the release that created it, or an empty database.`,
    { migration: name },
  );
}
