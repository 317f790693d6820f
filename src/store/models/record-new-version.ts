import { modelSubject, putDown } from '../access/audit.js';
import type { Actor } from '../access/viewer.js';
import { newId } from '../database/ids.js';
import type { PrismaClient } from '../generated/client.js';
import type { NewIngest } from './register-version.js';

/** A delivery about a version that nobody has registered, most likely. */
export interface LikelyNew {
  source: string;
  deliveryId: string;
  event: string;
  occurredAt: Date | null;
  subject: string;
  ingest: NewIngest;
}

/** What one statement could do about it; null: nothing, it takes a closer look. */
export type QuicklyRecorded = { outcome: 'ACCEPTED' | 'DUPLICATE'; ingestId: string | null } | null;

/**
 * Records a delivery, registers its version and queues the ingest, or finds that it was recorded before: what nearly all
 * deliveries need, in one statement. The same by the statements of a transaction takes three times as long, and while a
 * sender's burst is worked off, the embedded database has no time for anybody else.
 *
 * @throws the database's unique violation when another transaction registers the version at the same moment
 */
export async function recordNewVersion(
  prisma: Pick<PrismaClient, '$queryRaw'>,
  { source, deliveryId, event, occurredAt, subject, ingest }: LikelyNew,
  actor: Actor,
): Promise<QuicklyRecorded> {
  const { name, version, labels, probeSetId, licence } = ingest;
  const { actor: who, address, userAgent, requestId } = putDown(actor);
  const ingestId = newId();
  // Its parts all see the table as it was before the statement: "earlier" is never the delivery's own row.
  const [row] = await prisma.$queryRaw<{ queued: boolean; known: boolean; earlier: string | null }[]>`
    WITH "taken" AS (
      INSERT INTO "webhook_delivery"
        ("source", "delivery_id", "event", "occurred_at", "subject", "outcome", "ingest_id")
      SELECT ${source}, ${deliveryId}, ${event}, ${occurredAt}::timestamptz, ${subject}, 'ACCEPTED', ${ingestId}::uuid
      WHERE NOT EXISTS (SELECT 1 FROM "model" WHERE "name" = ${name} AND "version" = ${version})
        AND NOT EXISTS (
          SELECT 1 FROM "webhook_delivery"
          WHERE "source" = ${source} AND "subject" = ${subject} AND "occurred_at" >= ${occurredAt}::timestamptz)
      ON CONFLICT DO NOTHING RETURNING "ingest_id"
    ), "registered" AS (
      INSERT INTO "model" ("id", "name", "version", "source", "probe_set_id", "labels", "has_labels", "licence", "registry", "visibility")
      SELECT ${newId()}::uuid, ${name}, ${version}, ${ingest.source}, ${probeSetId}::uuid, ${labels ?? []}::text[],
        ${labels !== null}, ${licence ?? null}, ${source},
        ${ingest.visibility ?? null}
      FROM "taken" RETURNING "id"
    ), "queued" AS (
      INSERT INTO "ingest" ("id", "model_id", "request", "priority", "lane")
      SELECT "taken"."ingest_id", "registered"."id", ${JSON.stringify(ingest.request)}::jsonb,
        ${ingest.priority ?? 0}::int, ${source}
      FROM "taken", "registered" RETURNING "id"
    ), "audited" AS (
      INSERT INTO "audit_entry" ("id", "action", "actor", "address", "user_agent", "request_id", "model_id", "subject")
      SELECT ${newId()}::uuid, 'MODEL_REGISTERED', ${who}, ${address}, ${userAgent}, ${requestId}, "id",
        ${modelSubject(ingest)}
      FROM "registered"
    )
    SELECT EXISTS (SELECT 1 FROM "queued") AS "queued",
      EXISTS (SELECT 1 FROM "webhook_delivery" WHERE "source" = ${source} AND "delivery_id" = ${deliveryId}) AS "known",
      (SELECT "ingest_id"::text FROM "webhook_delivery"
        WHERE "source" = ${source} AND "delivery_id" = ${deliveryId}) AS "earlier"`;
  if (row.queued) return { outcome: 'ACCEPTED', ingestId };
  return row.known ? { outcome: 'DUPLICATE', ingestId: row.earlier } : null;
}
