import { randomUUID } from 'node:crypto';
import { messageOf, ProbelogError } from '../../errors/index.js';
import type { Connection } from '../database/connection.js';
import type { Migration } from './shipped-migrations.js';

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
 * Makes the schema that the connection looks into, where it is not there, and in it the table of migrations.
 *
 * The schema is looked for first: a role that may not make schemas can be given one that is there.
 *
 * @throws ProbelogError DATABASE_UNAVAILABLE when the schema cannot be made
 */
export async function makeMigrationsTable(connection: Connection, schema: string): Promise<void> {
  const found = await connection.query('SELECT 1 FROM pg_namespace WHERE nspname = $1', [schema]);
  if (found.length === 0) await makeSchema(connection, schema);
  await connection.execute(CREATE_TABLE);
}

/** Runs one migration and notes it, within a transaction of the caller's. */
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

async function makeSchema(connection: Connection, schema: string): Promise<void> {
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
