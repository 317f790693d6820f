import { audit, modelSubject } from '../access/audit.js';
import type { Viewer } from '../access/viewer.js';
import { validIds } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import { type Claim, lockClaim } from '../ingests/claim.js';
import { lockIngests } from '../ingests/lock-ingests.js';
import { changedModel } from './changed-model.js';

/** Removes a model with its logits and ingests, within a transaction; false when there is none. */
export async function removeModel(
  tx: Prisma.TransactionClient,
  viewer: Viewer,
  id: string,
): Promise<boolean> {
  await lockIngests(tx, validIds([id]));
  const changed = await changedModel(tx, viewer, id);
  if (!changed) return false;
  if ((await tx.model.deleteMany({ where: { id } })).count === 0) return false;
  await audit(tx, viewer, {
    action: 'MODEL_REMOVED',
    subject: modelSubject(changed),
    modelId: id,
  });
  return true;
}

/** The same with the model of a claimed ingest. @throws ClaimLost */
export async function removeClaimed(tx: Prisma.TransactionClient, claim: Claim): Promise<void> {
  const ingest = await tx.ingest.findUnique({ where: { id: claim.ingestId }, select: { modelId: true } });
  // All of the model's in their order, before the one of the claim alone.
  if (ingest) await lockIngests(tx, [ingest.modelId]);
  const { modelId } = await lockClaim(tx, claim);
  const { name, version, registry } = await tx.model.delete({ where: { id: modelId } });
  // A delivery of the registry's left it to the source whether the version is to go.
  const actor = { name: `webhook:${registry}`, address: null, userAgent: null, requestId: null };
  await audit(tx, { actor }, { action: 'MODEL_REMOVED', subject: modelSubject({ name, version }), modelId });
}
