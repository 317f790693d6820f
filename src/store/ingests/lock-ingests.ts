import type { Prisma } from '../generated/client.js';

/**
 * Lets no ingest of these models be published, taken up or ended until the transaction ends.
 *
 * The order of locks, in which every transaction takes those that it needs, so that no two wait for each other for ever:
 *
 * 1. ingests, by id (here, or the one of a claim by `lockClaim`);
 * 2. models, by id;
 * 3. `model_notes`, by model (`lockNotes`);
 * 4. logits, tags and aliases.
 *
 * Whoever deletes a model locks its ingests here first: the database would otherwise reach them by the deletion, after the
 * model.
 */
export async function lockIngests(tx: Prisma.TransactionClient, modelIds: string[]): Promise<void> {
  await tx.$queryRaw`
    SELECT "id" FROM "ingest" WHERE "model_id" = ANY(${modelIds}::uuid[]) ORDER BY "id" FOR UPDATE`;
}
