import { createdBefore } from '../database/created-order.js';
import { isId, newId } from '../database/ids.js';
import { Prisma, type PrismaClient } from '../generated/client.js';
import type { AuditAction, AuditRecord, CreatedPosition } from '../records.js';
import type { Actor, Viewer } from './viewer.js';

/** Rows that one statement deletes. More would make other changes wait. */
const DELETE_BATCH = 1_000;
/** Enough to identify the program. */
const MAX_USER_AGENT = 120;
const MAX_TEXT = 700;

/** A change to audit. */
export interface AuditedChange {
  action: AuditAction;
  /** Model and version, or the name of a key. */
  target: string;
  modelId?: string;
  details?: Record<string, unknown>;
}

/** Conditions on audit entries; all of them must hold. */
export interface AuditFilter {
  action?: AuditAction;
  actor?: string;
  modelId?: string;
  since?: Date;
  until?: Date;
}

/**
 * Records a change, within the transaction that makes it: so no change lacks its entry, and no entry lacks its change. Work
 * of this program itself is not audited.
 */
export async function audit(
  tx: Pick<Prisma.TransactionClient, 'auditEntry'>,
  { actor }: Pick<Viewer, 'actor'>,
  { action, target, modelId, details }: AuditedChange,
): Promise<void> {
  if (!actor) return;
  await tx.auditEntry.create({
    data: {
      id: newId(),
      action,
      ...actorColumns(actor),
      modelId: modelId ?? null,
      target: truncate(target, MAX_TEXT),
      details: details === undefined ? Prisma.DbNull : (details as Prisma.InputJsonValue),
    },
  });
}

/** The actor, in the columns of an audit entry. */
export function actorColumns({ name, address, userAgent, requestId }: Actor) {
  return {
    actor: truncate(name, MAX_TEXT),
    address,
    userAgent: userAgent && truncate(userAgent, MAX_USER_AGENT),
    requestId,
  };
}

/** The name of a model version in the audit. */
export function modelTarget({ name, version }: { name: string; version: string }): string {
  return `${name} ${version}`;
}

/** The audit log. */
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

  /** Deletes older entries; returns how many. A trigger refuses deletions without the `probelog.audit_sweep` setting. */
  async deleteBefore(before: Date): Promise<number> {
    let deleted = 0;
    for (;;) {
      const count = await this.prisma.$transaction(async (tx) => {
        await tx.$executeRaw`SELECT set_config('probelog.audit_sweep', 'on', true)`;
        return tx.$executeRaw`
          DELETE FROM "audit_entry" WHERE ctid = ANY(ARRAY(
            SELECT ctid FROM "audit_entry" WHERE "created_at" < ${before}::timestamptz
            ORDER BY "created_at" LIMIT ${DELETE_BATCH}))`;
      });
      deleted += count;
      if (count < DELETE_BATCH) return deleted;
    }
  }
}

function truncate(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1)}…` : text;
}
