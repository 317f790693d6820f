import type { PrismaClient } from '../generated/client.js';
import { newId } from '../ids.js';
import type { DeliveryOutcome, DeliveryRecord } from '../records.js';
import { applyChange, type DeliveredChange, type RemovedModel } from './apply-change.js';

export type { DeliveredChange, RemovedModel } from './apply-change.js';

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
}

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
   * @throws Prisma's P2003 when the probe set is gone
   */
  async record(delivery: NewDelivery): Promise<DeliveryResult> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.recordOnce(delivery);
      } catch (thrown) {
        const { code } = thrown as { code?: string };
        const outrun = code === 'P2002' || code === 'P2025' || code === 'P2034';
        if (!outrun || attempt === TRIES) throw thrown;
      }
    }
  }

  /** The delivery with this id; null when there is none, or it is too long ago. */
  async find(source: string, deliveryId: string): Promise<DeliveryRecord | null> {
    const row = await this.prisma.webhookDelivery.findUnique({
      where: { source_deliveryId: { source, deliveryId } },
    });
    if (!row) return null;
    const { subject: _, ...record } = row;
    return record;
  }

  /** Forgets some of the deliveries from before a time; returns how many. */
  prune(before: Date): Promise<number> {
    return this.prisma.$executeRaw`
      DELETE FROM "webhook_delivery" WHERE ctid = ANY(ARRAY(
        SELECT ctid FROM "webhook_delivery" WHERE "received_at" < ${before}::timestamptz
        ORDER BY "received_at" LIMIT ${PRUNED_AT_ONCE}))`;
  }

  private recordOnce({ source, event, change, ...delivery }: NewDelivery): Promise<DeliveryResult> {
    const deliveryId = delivery.deliveryId ?? newId();
    const where = { source_deliveryId: { source, deliveryId } };
    // A clock that is ahead must not make every later event look like an old one.
    const occurredAt = delivery.occurredAt && new Date(Math.min(delivery.occurredAt.getTime(), Date.now()));
    return this.prisma.$transaction(async (tx) => {
      const subject = subjectOf(change);
      const row = { source, deliveryId, event, occurredAt, subject, outcome: 'ACCEPTED' as const };
      // Of two at once the second waits here until the first is done.
      const { count } = await tx.webhookDelivery.createMany({ data: row, skipDuplicates: true });
      if (count === 0) {
        const first = await tx.webhookDelivery.findUnique({ where });
        return { outcome: 'DUPLICATE', ingestId: first?.ingestId ?? null, stopped: [], removed: [] };
      }
      const late =
        subject !== null &&
        occurredAt !== null &&
        (await tx.webhookDelivery.findFirst({
          where: { source, subject, occurredAt: { gt: occurredAt }, outcome: { not: 'IGNORED' } },
          select: { deliveryId: true },
        })) !== null;
      const reason = 'A later event about the same version came before it.';
      const settled: DeliveredChange = late ? { kind: 'NONE', reason } : change;
      const { reason: why, ...result } = await applyChange(tx, source, settled);
      const { outcome, ingestId } = result;
      if (outcome !== 'ACCEPTED' || ingestId !== null) {
        await tx.webhookDelivery.update({ where, data: { outcome, ingestId, reason: why } });
      }
      return result;
    });
  }
}

/** The one version that a change is about. */
function subjectOf(change: DeliveredChange): string | null {
  if (change.kind === 'REGISTER') return JSON.stringify([change.ingest.name, change.ingest.version]);
  if (change.kind === 'REMOVE' && change.version !== null)
    return JSON.stringify([change.name, change.version]);
  return null;
}
