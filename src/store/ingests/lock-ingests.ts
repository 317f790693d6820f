import type { Prisma } from '../generated/client.js';

/**
 * Locks all ingests of some models until the transaction ends: until then none of them is published, claimed or ended.
 *
 * To avoid deadlocks, every transaction takes its locks in this order:
 *
 * 1. ingests, by id (here, or a single claimed one by `lockClaim`);
 * 2. models, by id;
 * 3. `model_notes`, by model (`lockAnnotations`);
 * 4. logits, tags and aliases.
 *
 * A transaction that deletes a model must call this first: otherwise the cascade would lock the ingests after the model.
 */
export async function lockIngests(tx: Prisma.TransactionClient, modelIds: string[]): Promise<void> {
  await tx.$queryRaw`
    SELECT "id" FROM "ingest" WHERE "model_id" = ANY(${modelIds}::uuid[]) ORDER BY "id" FOR UPDATE`;
}
