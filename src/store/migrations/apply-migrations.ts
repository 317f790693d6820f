import { randomUUID } from 'node:crypto';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { readMigrations } from './read-migrations.js';

/** One connection to either database; migrations need no more. */
export interface MigrationConnection {
  /** Runs one or more statements. */
  execute(sql: string): Promise<void>;
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

/** The number that Prisma's own migrations lock, so that `prisma migrate deploy` and this wait for each other. */
const ADVISORY_LOCK = 72_707_369;

/** As Prisma makes it. */
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
 * Applies the SQL migrations that a database lacks, in order, each in a transaction of its own.
 *
 * Prisma's own `migrate deploy` needs an engine that it downloads; this does the same without, and keeps Prisma's
 * `_prisma_migrations` table as Prisma does, so that `prisma migrate deploy` can take over at any time. An advisory
 * lock keeps two processes that start at once from running a migration twice.
 *
 * @param folder holds one folder for each migration, named so that they sort, with a `migration.sql`
 * @param schema that the connection looks into; made when it is not there
 * @throws ProbelogError MIGRATION_CHANGED when an applied migration is not the one in `folder`, DATABASE_UNAVAILABLE when
 *   the schema cannot be made
 */
export async function applyMigrations(
  connection: MigrationConnection,
  folder: string,
  schema: string,
): Promise<void> {
  await connection.query(`SELECT pg_advisory_lock(${ADVISORY_LOCK})`);
  try {
    await makeSchema(connection, schema);
    await connection.execute(CREATE_TABLE);
    const rows = await connection.query(
      'SELECT "migration_name", "checksum" FROM "_prisma_migrations" WHERE "finished_at" IS NOT NULL AND "rolled_back_at" IS NULL',
    );
    const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
    for (const { name, sql, checksum } of await readMigrations(folder)) {
      const known = applied.get(name);
      if (known === undefined) await applyOne(connection, name, sql, checksum);
      else if (known !== checksum) throw changed(name);
    }
  } finally {
    await connection.query(`SELECT pg_advisory_unlock(${ADVISORY_LOCK})`);
  }
}

/** Looked for first: a role that may not make schemas can be given one that is there. */
async function makeSchema(connection: MigrationConnection, schema: string): Promise<void> {
  const found = await connection.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (found.length > 0) return;
  try {
    await connection.execute(`CREATE SCHEMA "${schema}"`);
  } catch (thrown) {
    throw new ProbelogError(
      'DATABASE_UNAVAILABLE',
      `The schema ${schema} is not there and cannot be made: ${messageOf(thrown)}. Make it for this role, or name another one.`,
      { schema },
    );
  }
}

async function applyOne(
  connection: MigrationConnection,
  name: string,
  sql: string,
  checksum: string,
): Promise<void> {
  await connection.execute('BEGIN');
  try {
    await connection.execute(sql);
    await connection.query(
      'INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "finished_at", "applied_steps_count") VALUES ($1, $2, $3, now(), 1)',
      [randomUUID(), checksum, name],
    );
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
