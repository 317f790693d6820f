import { type AuditedChange, modelSubject } from '../access/audit.js';
import { newId } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import type { IngestModel, ModelModel } from '../generated/models.js';

/**
 * Whose turn everything takes that callers ask for directly, whatever registry they name: a lane of its own is only for a
 * registry that was verified, or anybody could have as many turns as they think up names.
 */
export const DIRECT_LANE = '';

/** A model version to be registered. */
export interface NewIngest {
  name: string;
  version: string;
  source: string;
  labels: string[] | null;
  probeSetId: string;
  licence?: string;
  registry?: string;
  /** The label without which it is not seen; everybody sees it when absent. */
  visibility?: string;
  /** Whose turn it takes; that of what is asked for directly when absent. */
  lane?: string;
  /** Higher goes first, −10..10; 0 when absent. */
  priority?: number;
  /** Kept as it is for whoever works on it. */
  request: unknown;
}

/**
 * Registers a model version and queues its ingest, within a transaction.
 *
 * @param existing the version as it is; only a failed one may be taken up again
 * @throws Prisma's P2002 or P2025 when another transaction was quicker
 */
export async function registerVersion(
  tx: Prisma.TransactionClient,
  existing: ModelModel | null,
  {
    name,
    version,
    source,
    labels,
    probeSetId,
    licence,
    registry,
    visibility,
    priority = 0,
    lane = DIRECT_LANE,
    request,
  }: NewIngest,
): Promise<IngestModel> {
  const described = {
    source,
    probeSetId,
    labels: labels ?? [],
    hasLabels: labels !== null,
    licence: licence ?? null,
    registry: registry ?? null,
    // Who may see a version was decided when it came first, or by an administrator since: to take it up again opens nothing.
    visibility: visibility ?? existing?.visibility ?? null,
  };
  const unread = { fileDigest: null, fileBytes: null, revision: null };
  const fresh = { ...described, ...unread, status: 'PENDING' as const };
  const model = existing
    ? await tx.model.update({ where: { id: existing.id, status: 'FAILED' }, data: fresh })
    : await tx.model.create({ data: { ...described, id: newId(), name, version } });
  return queueIngest(tx, model.id, { request, priority, lane });
}

/** Queues an ingest of a model, within a transaction. */
export function queueIngest(
  tx: Prisma.TransactionClient,
  modelId: string,
  { request, priority, lane }: { request: unknown; priority: number; lane: string },
): Promise<IngestModel> {
  const data = { id: newId(), modelId, request: request as Prisma.InputJsonValue, priority, lane };
  return tx.ingest.create({ data });
}

/** What the audit says of a new model version. */
export function registered({ id, name, version, visibility, registry }: ModelModel): AuditedChange {
  return {
    action: 'MODEL_REGISTERED',
    subject: modelSubject({ name, version }),
    modelId: id,
    details: { registry, visibility },
  };
}
