import type { createPrismaClient } from './create-prisma-client.js';
import type { MigrationConnection } from './migrations/apply-migrations.js';

/** A database, embedded or on a server, with a connection for migrations. */
export interface Database {
  prisma: ReturnType<typeof createPrismaClient>;
  migrations: MigrationConnection;
  /** Ends the connection for migrations; Prisma's stays. */
  endMigrations(): Promise<void>;
  close(): Promise<void>;
}
