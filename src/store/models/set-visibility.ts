import { audit, modelSubject } from '../access/audit.js';
import type { Viewer } from '../access/viewer.js';
import type { Prisma } from '../generated/client.js';
import type { ModelRecord } from '../records.js';
import { changedModel } from './changed-model.js';
import { modelRecord } from './model-record.js';

/** Makes a model visible to those with this label alone, or to all, within a transaction; null when there is none. */
export async function setVisibility(
  tx: Prisma.TransactionClient,
  viewer: Viewer,
  id: string,
  visibility: string | null,
): Promise<ModelRecord | null> {
  const changed = await changedModel(tx, viewer, id);
  if (!changed) return null;
  await audit(tx, viewer, {
    action: 'VISIBILITY_SET',
    subject: modelSubject(changed),
    modelId: id,
    details: { before: changed.visibility, visibility },
  });
  return modelRecord(await tx.model.update({ where: { id }, data: { visibility } }));
}
