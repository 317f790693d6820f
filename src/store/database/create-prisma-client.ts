import type { PrismaPg } from '@prisma/adapter-pg';
import type { PrismaPGlite } from 'pglite-prisma-adapter';
import { PrismaClient } from '../generated/client.js';

/**
 * A client that tells of every statement.
 *
 * The embedded database does one transaction at a time, and publishing a large model takes seconds: others wait for it
 * rather than fail after Prisma's two.
 */
export function createPrismaClient(adapter: PrismaPGlite | PrismaPg) {
  return new PrismaClient({
    adapter,
    log: [{ emit: 'event', level: 'query' }],
    transactionOptions: { maxWait: 60_000, timeout: 120_000 },
  });
}
