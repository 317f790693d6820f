import type { Prisma } from '../generated/client.js';

/**
 * Lets no ingest of these models be published meanwhile. Publishing takes the same locks in the same order, ingests before
 * the model, so neither waits for the other for ever.
 */
export async function lockIngests(tx: Prisma.TransactionClient, modelIds: string[]): Promise<void> {
  await tx.$queryRaw`
    SELECT "id" FROM "ingest" WHERE "model_id" = ANY(${modelIds}::uuid[]) ORDER BY "id" FOR UPDATE`;
}
