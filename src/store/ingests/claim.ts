import type { Prisma } from '../generated/client.js';

/** A worker's hold on an ingest for one attempt. Everything that a running job writes is bound to it. */
export interface Claim {
  ingestId: string;
  worker: string;
  /** Which attempt: a worker that takes an ingest up again has another claim than before. */
  attempt: number;
}

/**
 * Told to whoever writes under a claim that ended: the ingest was cancelled or superseded, its model removed, or another
 * worker has it. Nothing was changed.
 */
export class ClaimLost extends Error {
  constructor({ ingestId }: Claim) {
    super(`The claim on the ingest ${ingestId} ended.`);
  }
}

/** The row of a claim that holds, for a statement that changes it. */
export function claimed({ ingestId, worker, attempt }: Claim) {
  return { id: ingestId, worker, attempts: attempt, state: 'RUNNING' as const };
}

/**
 * Locks a claimed ingest until the transaction ends, the first lock of all (see `lockIngests`): until then nobody can cancel,
 * supersede or take it over, or remove its model.
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
