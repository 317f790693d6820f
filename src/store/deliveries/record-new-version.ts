import { actorColumns, modelTarget } from '../access/audit.js';
import type { Actor } from '../access/viewer.js';
import { newId } from '../database/ids.js';
import { Prisma, type PrismaClient } from '../generated/client.js';
import type { ChangeResult } from '../models/model-change.js';
import type { NewIngest } from '../models/register-version.js';
import { MODEL_COLUMNS, type NewModelRow, toModelRow } from '../records.js';
import type { DeliveryRow } from './deliveries.js';

const FIELDS = Object.keys(MODEL_COLUMNS) as (keyof NewModelRow)[];
const COLUMNS = Prisma.join(FIELDS.map((field) => Prisma.raw(`"${MODEL_COLUMNS[field]}"`)));

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
  { request, priority, lane: _, ...ingest }: NewIngest,
  sender: Actor,
): Promise<ChangeResult | null> {
  const { name, version } = ingest;
  const row = toModelRow({ ...ingest, registry: source });
  const values = Object.fromEntries(FIELDS.map((field) => [MODEL_COLUMNS[field], row[field]]));
  const { actor, address, userAgent, requestId } = actorColumns(sender);
  const ingestId = newId();
  // All parts of the statement see the tables as they were before it, so "earlier" is never this delivery's own row.
  const [result] = await prisma.$queryRaw<{ queued: boolean; known: boolean; earlier: string | null }[]>`
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
      INSERT INTO "model" ("id", ${COLUMNS})
      SELECT ${newId()}::uuid, ${COLUMNS}
      FROM "taken", jsonb_populate_record(NULL::"model", ${JSON.stringify(values)}::jsonb) RETURNING "id"
    ), "queued" AS (
      INSERT INTO "ingest" ("id", "model_id", "request", "priority", "lane")
      SELECT "taken"."ingest_id", "registered"."id", ${JSON.stringify(request)}::jsonb,
        ${priority}::int, ${source}
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
  if (result.queued) return { outcome: 'ACCEPTED', ingestId, ...nothingElse };
  return result.known ? { outcome: 'DUPLICATE', ingestId: result.earlier, ...nothingElse } : null;
}
