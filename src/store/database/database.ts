import type { PrismaPg } from '@prisma/adapter-pg';
import type { PrismaPGlite } from 'pglite-prisma-adapter';
import { PrismaClient } from '../generated/client.js';

/** A connection to either kind of database, for the work that bypasses Prisma: migrations and backups. */
export interface Connection {
  /** Runs one or more statements. */
  execute(sql: string): Promise<void>;
  query(sql: string, values?: unknown[]): Promise<Record<string, unknown>[]>;
}

/** A database, embedded or on a server, with a connection that bypasses Prisma. */
export interface Database {
  prisma: ReturnType<typeof createPrismaClient>;
  connection: Connection;
  /** Ends that connection; Prisma's connections stay. */
  endConnection(): Promise<void>;
  close(): Promise<void>;
}

/** Ends the connection, then closes the database. */
export async function closeDatabase(database: Database): Promise<void> {
  await database.endConnection();
  await database.close();
}

/**
 * A client that emits an event for every statement.
 *
 * The embedded database runs one transaction at a time, and publishing a large model takes seconds. So other transactions
 * wait longer than Prisma's default of two seconds before they fail.
 */
export function createPrismaClient(adapter: PrismaPGlite | PrismaPg) {
  return new PrismaClient({
    adapter,
    log: [{ emit: 'event', level: 'query' }],
    transactionOptions: { maxWait: 60_000, timeout: 120_000 },
  });
}
