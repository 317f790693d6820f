import type { Connection } from './connection.js';
import type { createPrismaClient } from './create-prisma-client.js';

/** A database, embedded or on a server, with a connection for what goes past Prisma. */
export interface Database {
  prisma: ReturnType<typeof createPrismaClient>;
  connection: Connection;
  /** Ends that connection; Prisma's stays. */
  endConnection(): Promise<void>;
  close(): Promise<void>;
}
