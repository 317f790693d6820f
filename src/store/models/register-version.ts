import { type AuditedChange, modelTarget } from '../access/audit.js';
import { newId } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import type { IngestModel, ModelModel } from '../generated/models.js';

/**
 * The lane of all direct requests, whichever registry they name. Only verified registries have lanes of their own: otherwise
 * a caller could get more turns by inventing registry names.
 */
export const DIRECT_LANE = '';

/** A model version to register, with the ingest to queue. */
export interface NewIngest {
  name: string;
  version: string;
  source: string;
  labels: string[] | null;
  probeSetId: string;
  license?: string;
  registry?: string;
  /** The visibility label that makes the model private; absent for a public model. */
  visibility?: string;
  /** The registry whose turn the ingest takes; absent for a direct request. */
  lane?: string;
  /** Higher goes first, −10..10; 0 when absent. */
  priority?: number;
  /** Stored for the worker; the store does not interpret it. */
  request: unknown;
}

/**
 * Registers a model version and queues its ingest, within a transaction.
 *
 * @param existing the present row of the version; only a failed version can be reused
 * @throws Prisma's P2002 or P2025 when another transaction was faster
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
    license,
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
    license: license ?? null,
    registry: registry ?? null,
    // Its first registration or an administrator decided who sees a version. Reusing it makes it visible to no one new.
    visibility: visibility ?? existing?.visibility ?? null,
  };
  const noFile = { fileDigest: null, fileBytes: null, revision: null };
  const model = existing
    ? await tx.model.update({
        where: { id: existing.id, status: 'FAILED' },
        data: { ...described, ...noFile, status: 'PENDING' },
      })
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

/** The audit entry of a new model version. */
export function registrationAudit({ id, name, version, visibility, registry }: ModelModel): AuditedChange {
  return {
    action: 'MODEL_REGISTERED',
    target: modelTarget({ name, version }),
    modelId: id,
    details: { registry, visibility },
  };
}
