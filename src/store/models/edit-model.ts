import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { audit, modelTarget } from '../access/audit.js';
import { findChangeable } from '../access/check-access.js';
import type { Viewer } from '../access/viewer.js';
import { chunks } from '../database/chunks.js';
import { validIds } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import { type Claim, lockClaim } from '../ingests/claim.js';
import { lockIngests } from '../ingests/lock-ingests.js';
import { LONG_COLUMNS, type ModelRecord, toModelRecord } from '../records.js';

const LABELS_PER_STATEMENT = 10_000;

/**
 * Replaces a model's labels, and with them those of its logits, within a transaction. An empty text labels nothing, as on publication.
 *
 * @returns false when the model does not exist
 */
export async function setLabels(
  tx: Prisma.TransactionClient,
  viewer: Viewer,
  id: string,
  labels: string[] | null,
): Promise<boolean> {
  const model = await findChangeable(tx, viewer, id);
  if (!model) return false;
  const { count } = await tx.model.updateMany({ where: { id }, data: { labelsSetAt: new Date() } });
  if (count === 0) return false;
  await writeLabels(tx, id, labels);
  await audit(tx, viewer, {
    action: 'LABELS_SET',
    target: modelTarget(model),
    modelId: id,
    details: { labels: labels?.length ?? null },
  });
  await turnOfEventLoop();
  await tx.$executeRaw`
    WITH "labels" AS (
      SELECT "ordinality" - 1 AS "index", "label"
      FROM "model" CROSS JOIN unnest("labels") WITH ORDINALITY AS "each"("label", "ordinality")
      WHERE "id" = ${id}::uuid)
    UPDATE "logit" SET "label" = NULLIF("labels"."label", '')
    FROM "logit" AS "before" LEFT JOIN "labels" ON "labels"."index" = "before"."index"
    WHERE "before"."model_id" = ${id}::uuid
      AND "logit"."model_id" = "before"."model_id" AND "logit"."index" = "before"."index"`;
  return true;
}

/**
 * Writes the labels of a model, within a transaction. In parts, since the embedded database works in this thread; and as
 * values of JSON, since a list as a parameter costs some microseconds for each of its items.
 */
export async function writeLabels(
  tx: Prisma.TransactionClient,
  id: string,
  labels: readonly string[] | null,
): Promise<void> {
  await tx.model.updateMany({ where: { id }, data: { labels: [], hasLabels: labels !== null } });
  for (const part of chunks(labels ?? [], LABELS_PER_STATEMENT)) {
    await turnOfEventLoop();
    await tx.$executeRaw`
      UPDATE "model" SET "labels" = "labels" || ARRAY(
        SELECT "label" FROM jsonb_array_elements_text(${JSON.stringify(part)}::jsonb)
          WITH ORDINALITY AS "each"("label", "place") ORDER BY "place")
      WHERE "id" = ${id}::uuid`;
  }
}

/** Sets or removes a model's visibility label, within a transaction; null when the model does not exist. */
export async function setVisibility(
  tx: Prisma.TransactionClient,
  viewer: Viewer,
  id: string,
  visibility: string | null,
): Promise<ModelRecord | null> {
  const model = await findChangeable(tx, viewer, id);
  if (!model) return null;
  await audit(tx, viewer, {
    action: 'VISIBILITY_SET',
    target: modelTarget(model),
    modelId: id,
    details: { before: model.visibility, visibility },
  });
  return toModelRecord(await tx.model.update({ where: { id }, data: { visibility }, omit: LONG_COLUMNS }));
}

/** Removes a model with its logits and ingests, within a transaction; false when it does not exist. */
export async function removeModel(
  tx: Prisma.TransactionClient,
  viewer: Viewer,
  id: string,
): Promise<boolean> {
  await lockIngests(tx, validIds([id]));
  const model = await findChangeable(tx, viewer, id);
  if (!model) return false;
  if ((await tx.model.deleteMany({ where: { id } })).count === 0) return false;
  await audit(tx, viewer, {
    action: 'MODEL_REMOVED',
    target: modelTarget(model),
    modelId: id,
  });
  return true;
}

/** Removes the model of a claimed ingest, within a transaction. @throws ClaimLost */
export async function removeClaimed(tx: Prisma.TransactionClient, claim: Claim): Promise<void> {
  const ingest = await tx.ingest.findUnique({ where: { id: claim.ingestId }, select: { modelId: true } });
  // All ingests of the model in their order, before the claimed one alone.
  if (ingest) await lockIngests(tx, [ingest.modelId]);
  const { modelId } = await lockClaim(tx, claim);
  const { name, version, registry } = await tx.model.delete({ where: { id: modelId } });
  // A delivery of the registry asked to confirm at the source whether the version still exists.
  const actor = { name: `webhook:${registry}`, address: null, userAgent: null, requestId: null };
  await audit(tx, { actor }, { action: 'MODEL_REMOVED', target: modelTarget({ name, version }), modelId });
}
