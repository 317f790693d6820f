import { audit, modelSubject } from '../access/audit.js';
import type { Viewer } from '../access/viewer.js';
import { isId } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import { changedModel } from './changed-model.js';

/**
 * Replaces a model's labels, and with them those of its logits, within a transaction.
 *
 * @returns false when there is no such model
 */
export async function setLabels(
  tx: Prisma.TransactionClient,
  viewer: Viewer,
  id: string,
  labels: string[] | null,
): Promise<boolean> {
  const changed = await changedModel(tx, viewer, id);
  if (!changed) return false;
  const { count } = await tx.model.updateMany({
    where: { id: isId(id) },
    data: { labels: labels ?? [], hasLabels: labels !== null, labelsSetAt: new Date() },
  });
  if (count === 0) return false;
  await audit(tx, viewer, {
    action: 'LABELS_SET',
    subject: modelSubject(changed),
    modelId: id,
    details: { labels: labels?.length ?? null },
  });
  await tx.$executeRaw`
    UPDATE "logit" SET "label" = (${labels ?? []}::text[])["index" + 1] WHERE "model_id" = ${id}::uuid`;
  return true;
}
