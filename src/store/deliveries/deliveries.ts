import type { Actor } from '../access/viewer.js';
import { newId } from '../database/ids.js';
import { isRetryableConflict } from '../database/is-retryable-conflict.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import { applyChange, type DeliveredChange, overtaken, type RemovedModel } from '../models/apply-change.js';
import { giveAlias } from '../models/give-alias.js';
import { recordNewVersion } from '../models/record-new-version.js';
import type { DeliveryOutcome, DeliveryRecord } from '../records.js';

export type { DeliveredChange, RemovedModel } from '../models/apply-change.js';

/** How often a transaction is tried when others are at the same model version. */
const TRIES = 5;
/** Rows that one statement of {@link Deliveries.prune} removes, so that no delivery waits for a large one. */
const PRUNED_AT_ONCE = 1_000;

/** A delivery to be recorded, and what it changes. */
export interface NewDelivery {
  /** Name of the registry. */
  source: string;
  /** Null: it has no id, and is recorded under one of ours. */
  deliveryId: string | null;
  event: string;
  occurredAt: Date | null;
  change: DeliveredChange;
  /** From where it was sent; nothing is known of it when absent. */
  from?: DeliveryOrigin;
}

/** From where a delivery was sent. */
export type DeliveryOrigin = Pick<Actor, 'address' | 'userAgent'>;

/** What a delivery came to, and what is to be told to the rest of this process. */
export interface DeliveryResult {
  outcome: DeliveryOutcome;
  ingestId: string | null;
  /** Ingests that run perhaps, and are to be stopped. */
  stopped: string[];
  /** Models that are to leave the gallery. */
  removed: RemovedModel[];
}

/** The webhook deliveries that were taken. */
export class Deliveries {
  constructor(private readonly prisma: PrismaClient) {}

  /**
   * Records a delivery and makes its change, in one transaction: what is acknowledged is queued, whatever happens to
   * this process next, and a delivery that comes again changes nothing and has the same ingest.
   *
   * @throws the database's errors, when nothing is recorded
   */
  async record(delivery: NewDelivery): Promise<DeliveryResult> {
    const row = rowOf(delivery);
    const { change } = delivery;
    const actor = sender(row, delivery.from);
    for (let attempt = 1; ; attempt++) {
      try {
        return (await this.recordQuickly(row, change, actor)) ?? (await this.recordOnce(row, change, actor));
      } catch (thrown) {
        if (!isRetryableConflict(thrown) || attempt === TRIES) throw thrown;
      }
    }
  }

  /** The delivery with this id; null when there is none, or it is too long ago. */
  async find(source: string, deliveryId: string): Promise<DeliveryRecord | null> {
    const row = await this.prisma.webhookDelivery.findUnique({
      where: { source_deliveryId: { source, deliveryId } },
    });
    if (!row) return null;
    const { subject: _, removes: __, ...record } = row;
    return record;
  }

  /** Forgets some of the deliveries from before a time; returns how many. */
  prune(before: Date): Promise<number> {
    return this.prisma.$executeRaw`
      DELETE FROM "webhook_delivery" WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM "webhook_delivery" WHERE "received_at" < ${before}::timestamptz
        ORDER BY "received_at" LIMIT ${PRUNED_AT_ONCE}))`;
  }

  private async recordQuickly(
    { subject, ...row }: DeliveryRow,
    change: DeliveredChange,
    actor: Actor,
  ): Promise<DeliveryResult | null> {
    if (change.kind !== 'REGISTER' || change.alias !== undefined || subject === null) return null;
    const recorded = await recordNewVersion(this.prisma, { ...row, subject, ingest: change.ingest }, actor);
    return recorded && { ...recorded, stopped: [], removed: [] };
  }

  private recordOnce(row: DeliveryRow, change: DeliveredChange, actor: Actor): Promise<DeliveryResult> {
    const { source, deliveryId, event, occurredAt, subject } = row;
    const removes = change.kind === 'REMOVE';
    return this.prisma.$transaction(async (tx) => {
      // Of two at once the second waits here until the first is done.
      const isNew = await tx.$executeRaw`
        INSERT INTO "webhook_delivery" ("source", "delivery_id", "event", "occurred_at", "subject", "removes", "outcome")
        VALUES (${source}, ${deliveryId}, ${event}, ${occurredAt}::timestamptz, ${subject}, ${removes}, 'ACCEPTED')
        ON CONFLICT DO NOTHING`;
      if (isNew === 0) {
        const where = { source_deliveryId: { source, deliveryId } };
        const first = await tx.webhookDelivery.findUnique({ where });
        const outcome = (await giveAlias(tx, source, change, actor)) ? 'ACCEPTED' : 'DUPLICATE';
        return { outcome, ingestId: first?.ingestId ?? null, stopped: [], removed: [] };
      }
      const applied = (await isOvertaken(tx, row))
        ? overtaken()
        : await applyChange(tx, source, change, {
            actor,
            isTied: await isTied(tx, row, removes),
          });
      const isCalledAnew = await giveAlias(tx, source, change, actor);
      const { reason, ...result } = isCalledAnew ? { ...applied, outcome: 'ACCEPTED' as const } : applied;
      const { outcome, ingestId } = result;
      if (outcome !== 'ACCEPTED' || ingestId !== null) {
        await tx.webhookDelivery.updateMany({
          where: { source, deliveryId },
          data: { outcome, ingestId, reason },
        });
      }
      return result;
    });
  }
}

/** Who the audit says it was. The delivery's own record has the rest. */
function sender(
  { source, deliveryId }: Pick<DeliveryRow, 'source' | 'deliveryId'>,
  { address, userAgent }: DeliveryOrigin = { address: null, userAgent: null },
): Actor {
  return { name: `webhook:${source}`, address, userAgent, requestId: deliveryId };
}

/** A delivery as it is recorded, before it is known what it comes to. */
type DeliveryRow = Pick<DeliveryRecord, 'source' | 'deliveryId' | 'event' | 'occurredAt'> & {
  /** The one version, tag or alias that it is about; null: none, or several. */
  subject: string | null;
};

function rowOf({ source, deliveryId, event, occurredAt, change }: NewDelivery): DeliveryRow {
  return {
    source,
    deliveryId: deliveryId ?? newId(),
    event,
    // A clock that is ahead must not make every later event look like an old one.
    occurredAt: occurredAt && new Date(Math.min(occurredAt.getTime(), Date.now())),
    subject: subjectOf(change),
  };
}

/**
 * Whether a later event about the same version came first. A removal counts also where there was nothing to remove: the
 * creation may have been held up on its way.
 */
async function isOvertaken(
  tx: Prisma.TransactionClient,
  { source, subject, occurredAt }: DeliveryRow,
): Promise<boolean> {
  if (subject === null || occurredAt === null) return false;
  const where = { source, subject, occurredAt: { gt: occurredAt } };
  return (await tx.webhookDelivery.findFirst({ where, select: { deliveryId: true } })) !== null;
}

/**
 * Whether a delivery of the same moment says the opposite about whether the version exists. Senders' clocks are coarse, and
 * deliveries come in any order.
 */
async function isTied(
  tx: Prisma.TransactionClient,
  { source, subject, occurredAt }: DeliveryRow,
  removes: boolean,
): Promise<boolean> {
  if (subject === null || occurredAt === null) return false;
  const where = { source, subject, occurredAt, removes: !removes };
  return (await tx.webhookDelivery.findFirst({ where, select: { deliveryId: true } })) !== null;
}

/** The one version, tag or alias that a change is about. */
function subjectOf(change: DeliveredChange): string | null {
  if (change.kind === 'REGISTER') return JSON.stringify([change.ingest.name, change.ingest.version]);
  if (change.kind === 'REMOVE' && change.version !== null)
    return JSON.stringify([change.name, change.version]);
  if (change.kind === 'SET_TAG') return JSON.stringify([change.name, change.version, 'tag', change.key]);
  if (change.kind === 'ALIAS') return JSON.stringify([change.name, 'alias', change.alias]);
  return null;
}
