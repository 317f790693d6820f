import { createdBefore } from '../database/created-order.js';
import { isId, newId } from '../database/ids.js';
import { Prisma, type PrismaClient } from '../generated/client.js';
import type { AuditAction, AuditRecord, CreatedPosition } from '../records.js';
import type { Actor, Viewer } from './viewer.js';

/** Rows that one statement of the sweep removes, so that no change waits for a large one. */
const SWEPT_AT_ONCE = 1_000;
/** Enough to tell programs apart; what follows are versions of versions. */
const LONGEST_USER_AGENT = 120;
const LONGEST_TEXT = 700;

/** One change, as it is put down. */
export interface AuditedChange {
  action: AuditAction;
  /** Model and version, or the name of a key. */
  subject: string;
  modelId?: string;
  details?: Record<string, unknown>;
}

/** Which changes are listed; all conditions hold at once. */
export interface AuditFilter {
  action?: AuditAction;
  actor?: string;
  modelId?: string;
  since?: Date;
  until?: Date;
}

/**
 * Puts a change down, within the transaction that makes it: there is no change without its row, and no row without its
 * change. What this program does on its own is not put down.
 */
export async function audit(
  tx: Pick<Prisma.TransactionClient, 'auditEntry'>,
  { actor }: Pick<Viewer, 'actor'>,
  { action, subject, modelId, details }: AuditedChange,
): Promise<void> {
  if (!actor) return;
  await tx.auditEntry.create({
    data: {
      id: newId(),
      action,
      ...putDown(actor),
      modelId: modelId ?? null,
      subject: cut(subject, LONGEST_TEXT),
      details: details === undefined ? Prisma.DbNull : (details as Prisma.InputJsonValue),
    },
  });
}

/** Who it was, in the columns of a row. */
export function putDown({ name, address, userAgent, requestId }: Actor) {
  return {
    actor: cut(name, LONGEST_TEXT),
    address,
    userAgent: userAgent && cut(userAgent, LONGEST_USER_AGENT),
    requestId,
  };
}

/** How a model is called in the audit. */
export function modelSubject({ name, version }: { name: string; version: string }): string {
  return `${name} ${version}`;
}

/** The audit, to be read. */
export class Audit {
  constructor(private readonly prisma: PrismaClient) {}

  /** Newest first. */
  async page(options: AuditFilter & { first: number; after?: CreatedPosition }): Promise<AuditRecord[]> {
    const { action, actor, modelId, since, until, first, after } = options;
    return this.prisma.auditEntry.findMany({
      where: {
        action,
        actor,
        modelId: modelId === undefined ? undefined : isId(modelId),
        createdAt: { gte: since, lt: until },
        AND: after ? createdBefore(after) : {},
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: first,
    });
  }

  /** Removes what is older; returns how many rows. The table refuses it to anybody who does not say so. */
  async sweep(before: Date): Promise<number> {
    let swept = 0;
    for (;;) {
      const count = await this.prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT set_config('probelog.audit_sweep', 'on', true)`;
        return tx.$executeRaw`
          DELETE FROM "audit_entry" WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM "audit_entry" WHERE "created_at" < ${before}::timestamptz
            ORDER BY "created_at" LIMIT ${SWEPT_AT_ONCE}))`;
      });
      swept += count;
      if (count < SWEPT_AT_ONCE) return swept;
    }
  }
}

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}
