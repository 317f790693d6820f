import type { Actor } from '../access/viewer.js';
import { newId } from '../database/ids.js';
import { isRetryableConflict } from '../database/is-retryable-conflict.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import type { ChangeResult, ModelChange, VersionRegistration } from '../models/model-change.js';
import type { NewIngest } from '../models/register-version.js';
import type { DeliveryRecord } from '../records.js';
import { applyChange, type ChangeContext, giveAlias, ignored, type PreparedChange } from './apply-change.js';
import { recordNewVersion } from './record-new-version.js';

/** Attempts at a transaction that conflicts with others about the same model version. */
const TRIES = 5;
/** Rows that one statement of {@link Deliveries.prune} deletes. More would make new deliveries wait. */
const PRUNE_BATCH = 1_000;

/** A delivery to record. */
export interface NewDelivery {
  /** Name of the registry. */
  source: string;
  /** Null for a delivery without an id; it is recorded under a new one. */
  deliveryId: string | null;
  event: string;
  occurredAt: Date | null;
  change: ModelChange;
  /** For the audit; absent when unknown. */
  sender?: DeliverySender;
}

/** Where a delivery came from. */
export type DeliverySender = Pick<Actor, 'address' | 'userAgent'>;

/** Makes the ingest of a registration. */
export type PrepareIngest = (registration: VersionRegistration) => Promise<NewIngest>;

/** The recorded webhook deliveries. */
export class Deliveries {
  constructor(private readonly prisma: PrismaClient) {}

  /**
   * Records a delivery and makes its change, in one transaction. So an acknowledged change survives a crash, and a repeated
   * delivery changes nothing and has the same ingest.
   *
   * @param prepare is called for a registration, before the transaction
   * @throws errors of `prepare` and of the database; then nothing is recorded
   */
  async record(delivery: NewDelivery, prepare: PrepareIngest): Promise<ChangeResult> {
    const { change, sender } = delivery;
    const row = toRow(delivery);
    const actor = toActor(row, sender);
    const prepared = change.kind === 'REGISTER' ? { ...change, ingest: await prepare(change) } : change;
    for (let attempt = 1; ; attempt++) {
      try {
        return (
          (await this.recordAsNewVersion(row, prepared, actor)) ??
          (await this.recordInTransaction(row, prepared, actor))
        );
      } catch (thrown) {
        if (!isRetryableConflict(thrown) || attempt === TRIES) throw thrown;
      }
    }
  }

  /** The delivery with this id; null when it does not exist or was pruned. */
  async find(source: string, deliveryId: string): Promise<DeliveryRecord | null> {
    const row = await this.prisma.webhookDelivery.findUnique({
      where: { source_deliveryId: { source, deliveryId } },
    });
    if (!row) return null;
    const { orderingKey: _, removes: __, ...record } = row;
    return record;
  }

  /** The last deliveries of a registry, newest first. */
  latest(source: string, first: number): Promise<DeliveryRecord[]> {
    return this.prisma.webhookDelivery.findMany({
      where: { source },
      orderBy: [{ receivedAt: 'desc' }, { deliveryId: 'desc' }],
      take: first,
      omit: { orderingKey: true, removes: true },
    });
  }

  /** Deletes up to 1,000 deliveries received before a time. @returns how many were deleted */
  prune(before: Date): Promise<number> {
    return this.prisma.$executeRaw`
      DELETE FROM "webhook_delivery" WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM "webhook_delivery" WHERE "received_at" < ${before}::timestamptz
        ORDER BY "received_at" LIMIT ${PRUNE_BATCH}))`;
  }

  private async recordAsNewVersion(
    row: DeliveryRow,
    change: PreparedChange,
    actor: Actor,
  ): Promise<ChangeResult | null> {
    if (change.kind !== 'REGISTER' || change.alias !== undefined) return null;
    return recordNewVersion(this.prisma, row, change.ingest, actor);
  }

  private recordInTransaction(row: DeliveryRow, change: PreparedChange, actor: Actor): Promise<ChangeResult> {
    const { source, deliveryId, event, occurredAt, orderingKey } = row;
    const removes = change.kind === 'REMOVE';
    return this.prisma.$transaction(async (tx) => {
      const context: ChangeContext = { tx, registry: source, actor };
      // Of two simultaneous transactions, the second waits here until the first ends.
      const inserted = await tx.$executeRaw`
        INSERT INTO "webhook_delivery" ("source", "delivery_id", "event", "occurred_at", "subject", "removes", "outcome")
        VALUES (${source}, ${deliveryId}, ${event}, ${occurredAt}::timestamptz, ${orderingKey}, ${removes}, 'ACCEPTED')
        ON CONFLICT DO NOTHING`;
      if (inserted === 0) {
        const where = { source_deliveryId: { source, deliveryId } };
        const first = await tx.webhookDelivery.findUnique({ where });
        const outcome = (await giveAlias(context, change)) ? 'ACCEPTED' : 'DUPLICATE';
        return { outcome, ingestId: first?.ingestId ?? null, reason: null, cancelled: [], removed: [] };
      }
      const applied = (await isSuperseded(tx, row))
        ? ignored('A later event about the same version came before it.')
        : await applyChange(context, change, await isContradicted(tx, row, removes));
      const movedAlias = await giveAlias(context, change);
      const result: ChangeResult = movedAlias ? { ...applied, outcome: 'ACCEPTED' } : applied;
      const { outcome, ingestId, reason } = result;
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

/** The actor in the audit. The delivery's own row has the rest. */
function toActor(
  { source, deliveryId }: Pick<DeliveryRow, 'source' | 'deliveryId'>,
  { address, userAgent }: DeliverySender = { address: null, userAgent: null },
): Actor {
  return { name: `webhook:${source}`, address, userAgent, requestId: deliveryId };
}

/** The row of a delivery before its outcome is known. */
export type DeliveryRow = Pick<DeliveryRecord, 'source' | 'deliveryId' | 'event' | 'occurredAt'> & {
  /** Deliveries with the same key are about the same version, tag or alias, and the latest one counts. Null: no order. */
  orderingKey: string | null;
};

function toRow({ source, deliveryId, event, occurredAt, change }: NewDelivery): DeliveryRow {
  return {
    source,
    deliveryId: deliveryId ?? newId(),
    event,
    // A sender's clock may be ahead. Without the cap, every later event would look older than this one.
    occurredAt: occurredAt && new Date(Math.min(occurredAt.getTime(), Date.now())),
    orderingKey: orderingKeyOf(change),
  };
}

/**
 * Whether a later event about the same version came first. A removal counts even when there was nothing to remove: the
 * registration may have been delayed.
 */
async function isSuperseded(
  tx: Prisma.TransactionClient,
  { source, orderingKey, occurredAt }: DeliveryRow,
): Promise<boolean> {
  if (orderingKey === null || occurredAt === null) return false;
  const where = { source, orderingKey, occurredAt: { gt: occurredAt } };
  return (await tx.webhookDelivery.findFirst({ where, select: { deliveryId: true } })) !== null;
}

/**
 * Whether a delivery of the same moment says the opposite about the version's existence. Senders' clocks are coarse, and
 * deliveries come in any order.
 */
async function isContradicted(
  tx: Prisma.TransactionClient,
  { source, orderingKey, occurredAt }: DeliveryRow,
  removes: boolean,
): Promise<boolean> {
  if (orderingKey === null || occurredAt === null) return false;
  const where = { source, orderingKey, occurredAt, removes: !removes };
  return (await tx.webhookDelivery.findFirst({ where, select: { deliveryId: true } })) !== null;
}

/** The version, tag or alias that a change is about; null when there is none, or several. */
function orderingKeyOf(change: ModelChange): string | null {
  if (change.kind === 'REGISTER' || (change.kind === 'REMOVE' && change.version !== null))
    return JSON.stringify([change.name, change.version]);
  if (change.kind === 'SET_TAG') return JSON.stringify([change.name, change.version, 'tag', change.key]);
  if (change.kind === 'SET_ALIAS') return JSON.stringify([change.name, 'alias', change.alias]);
  return null;
}
