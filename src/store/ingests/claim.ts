import type { Prisma } from '../generated/client.js';

/** A worker's claim on an ingest, for one attempt. Everything that a running ingest writes is bound to its claim. */
export interface Claim {
  ingestId: string;
  worker: string;
  /** A worker that claims the same ingest again gets a new attempt, and so a new claim. */
  attempt: number;
}

/**
 * The claim of a write has ended: the ingest was cancelled or superseded, its model was removed, or another worker claimed
 * it. The write changed nothing.
 */
export class ClaimLost extends Error {
  constructor({ ingestId }: Claim) {
    super(`The claim on the ingest ${ingestId} ended.`);
  }
}

/** The condition for the row of a valid claim, for statements that change it. */
export function claimed({ ingestId, worker, attempt }: Claim) {
  return { id: ingestId, worker, attempts: attempt, state: 'RUNNING' as const };
}

/**
 * Locks a claimed ingest until the transaction ends. Until then no other transaction can cancel, supersede or take over the
 * ingest, or remove its model. It must be the transaction's first lock (see `lockIngests`).
 *
 * @throws ClaimLost
 */
export async function lockClaim(
  tx: Prisma.TransactionClient,
  claim: Claim,
): Promise<{ modelId: string; createdAt: Date }> {
  const [row] = await tx.$queryRaw<{ modelId: string; createdAt: Date }[]>`
    SELECT "model_id"::text AS "modelId", "created_at" AS "createdAt" FROM "ingest"
    WHERE "id" = ${claim.ingestId}::uuid AND "worker" = ${claim.worker} AND "attempts" = ${claim.attempt}
      AND "state" = 'RUNNING' FOR UPDATE`;
  if (!row) throw new ClaimLost(claim);
  return row;
}
