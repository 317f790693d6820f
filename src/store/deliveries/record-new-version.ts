import { actorColumns, modelTarget } from '../access/audit.js';
import type { Actor } from '../access/viewer.js';
import { newId } from '../database/ids.js';
import type { PrismaClient } from '../generated/client.js';
import type { ChangeResult } from '../models/model-change.js';
import type { NewIngest } from '../models/register-version.js';
import type { DeliveryRow } from './deliveries.js';

/**
 * Records a delivery, registers its version and queues the ingest in one statement, or finds that the delivery was recorded
 * before. This covers nearly all deliveries. A transaction with one statement for each step takes three times as long, and a
 * sender's burst would keep the embedded database from all other callers.
 *
 * @returns null when neither applies: nothing was done, and the delivery needs the general transaction
 * @throws the database's unique violation when another transaction registers the version at the same moment
 */
export async function recordNewVersion(
  prisma: Pick<PrismaClient, '$queryRaw'>,
  { source, deliveryId, event, occurredAt, orderingKey }: DeliveryRow,
  ingest: NewIngest,
  sender: Actor,
): Promise<ChangeResult | null> {
  const { name, version, labels, probeSetId, license } = ingest;
  const { actor, address, userAgent, requestId } = actorColumns(sender);
  const ingestId = newId();
  // All parts of the statement see the tables as they were before it, so "earlier" is never this delivery's own row.
  const [row] = await prisma.$queryRaw<{ queued: boolean; known: boolean; earlier: string | null }[]>`
    WITH "taken" AS (
      INSERT INTO "webhook_delivery"
        ("source", "delivery_id", "event", "occurred_at", "subject", "outcome", "ingest_id")
      SELECT ${source}, ${deliveryId}, ${event}, ${occurredAt}::timestamptz, ${orderingKey}, 'ACCEPTED', ${ingestId}::uuid
      WHERE NOT EXISTS (SELECT 1 FROM "model" WHERE "name" = ${name} AND "version" = ${version})
        AND NOT EXISTS (
          SELECT 1 FROM "webhook_delivery"
          WHERE "source" = ${source} AND "subject" = ${orderingKey} AND "occurred_at" >= ${occurredAt}::timestamptz)
      ON CONFLICT DO NOTHING RETURNING "ingest_id"
    ), "registered" AS (
      INSERT INTO "model" ("id", "name", "version", "source", "probe_set_id", "labels", "has_labels", "licence", "registry", "visibility")
      SELECT ${newId()}::uuid, ${name}, ${version}, ${ingest.source}, ${probeSetId}::uuid, ${labels ?? []}::text[],
        ${labels !== null}, ${license ?? null}, ${source},
        ${ingest.visibility ?? null}
      FROM "taken" RETURNING "id"
    ), "queued" AS (
      INSERT INTO "ingest" ("id", "model_id", "request", "priority", "lane")
      SELECT "taken"."ingest_id", "registered"."id", ${JSON.stringify(ingest.request)}::jsonb,
        ${ingest.priority ?? 0}::int, ${source}
      FROM "taken", "registered" RETURNING "id"
    ), "audited" AS (
      INSERT INTO "audit_entry" ("id", "action", "actor", "address", "user_agent", "request_id", "model_id", "subject")
      SELECT ${newId()}::uuid, 'MODEL_REGISTERED', ${actor}, ${address}, ${userAgent}, ${requestId}, "id",
        ${modelTarget(ingest)}
      FROM "registered"
    )
    SELECT EXISTS (SELECT 1 FROM "queued") AS "queued",
      EXISTS (SELECT 1 FROM "webhook_delivery" WHERE "source" = ${source} AND "delivery_id" = ${deliveryId}) AS "known",
      (SELECT "ingest_id"::text FROM "webhook_delivery"
        WHERE "source" = ${source} AND "delivery_id" = ${deliveryId}) AS "earlier"`;
  const nothingElse = { reason: null, cancelled: [], removed: [] };
  if (row.queued) return { outcome: 'ACCEPTED', ingestId, ...nothingElse };
  return row.known ? { outcome: 'DUPLICATE', ingestId: row.earlier, ...nothingElse } : null;
}
