import type { Connection } from '../database/database.js';
import { appliedMigrations } from './apply-migrations.js';
import { shippedMigrations } from './shipped-migrations.js';

/** The migrations of a database compared with the shipped ones, by name. */
export interface MigrationState {
  applied: string[];
  /** To be applied at the next start. */
  pending: string[];
  /** Applied in a different version than the shipped one: this release does not open the database. */
  changed: string[];
  /** Applied by a newer release, and unknown to this one. */
  unknown: string[];
}

/** Reads the state without changing anything. */
export async function migrationState(connection: Connection): Promise<MigrationState> {
  const [{ table }] = await connection.query(`SELECT to_regclass('"_prisma_migrations"')::text AS "table"`);
  const rows = table === null ? [] : await appliedMigrations(connection);
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  const shipped = await shippedMigrations();
  const names = new Set(shipped.map(({ name }) => name));
  return {
    applied: shipped.filter(({ name }) => applied.has(name)).map(({ name }) => name),
    pending: shipped.filter(({ name }) => !applied.has(name)).map(({ name }) => name),
    changed: shipped
      .filter(({ name, checksum }) => applied.has(name) && applied.get(name) !== checksum)
      .map(({ name }) => name),
    unknown: [...applied.keys()].filter((name) => !names.has(name)),
  };
}
