import type { Connection } from '../database/connection.js';
import { appliedMigrations } from './apply-migrations.js';
import { shippedMigrations } from './shipped-migrations.js';

/** How the tables of a database compare with the shipped migrations, by their names. */
export interface MigrationState {
  applied: string[];
  /** The next start applies them. */
  pending: string[];
  /** Applied in another form than the shipped one: this release does not open the database. */
  changed: string[];
  /** Applied by a newer release; this one does not know them. */
  unknown: string[];
}

/** Compares, and changes nothing. */
export async function migrationState(connection: Connection): Promise<MigrationState> {
  const [{ table }] = await connection.query(`SELECT to_regclass('"_prisma_migrations"')::text AS "table"`);
  const found = table === null ? [] : await appliedMigrations(connection);
  const known = new Map(found.map(({ name, checksum }) => [name, checksum]));
  const shipped = await shippedMigrations();
  const names = new Set(shipped.map(({ name }) => name));
  return {
    applied: shipped.filter(({ name }) => known.has(name)).map(({ name }) => name),
    pending: shipped.filter(({ name }) => !known.has(name)).map(({ name }) => name),
    changed: shipped
      .filter(({ name, checksum }) => known.has(name) && known.get(name) !== checksum)
      .map(({ name }) => name),
    unknown: [...known.keys()].filter((name) => !names.has(name)),
  };
}
