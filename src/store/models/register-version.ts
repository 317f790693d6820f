import { type AuditedChange, modelTarget } from '../access/audit.js';
import { newId } from '../database/ids.js';
import type { Prisma } from '../generated/client.js';
import type { IngestModel, ModelModel } from '../generated/models.js';
import { ENDED_UNPUBLISHED, LONG_COLUMNS, type NewVersion } from '../records.js';
import { writeLabels } from './edit-model.js';

/**
 * The lane of all direct requests, whichever registry they name. Only verified registries have lanes of their own: otherwise
 * a caller could get more turns by inventing registry names.
 */
export const DIRECT_LANE = '';

/** The row of a version, without its labels. */
type SavedVersion = Omit<ModelModel, keyof typeof LONG_COLUMNS>;
type ExistingVersion = Pick<ModelModel, 'id' | 'visibility'>;

/** A model version to register, with the ingest to queue. */
export interface NewIngest extends NewVersion {
  /** The registry whose turn the ingest takes, or {@link DIRECT_LANE}. */
  lane: string;
  /** Higher goes first, −10..10. */
  priority: number;
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
  existing: ExistingVersion | null,
  { request, priority, lane, ...version }: NewIngest,
): Promise<IngestModel> {
  const model = await saveVersion(tx, existing, version);
  return queueIngest(tx, model.id, { request, priority, lane });
}

/** Creates the row of a version, or reuses the row of one that failed. @throws as {@link registerVersion} */
export async function saveVersion(
  tx: Prisma.TransactionClient,
  existing: ExistingVersion | null,
  { labels, ...version }: NewVersion,
): Promise<SavedVersion> {
  const saved = existing
    ? await reuse(tx, existing, version)
    : await tx.model.create({ data: { ...version, id: newId() }, omit: LONG_COLUMNS });
  await writeLabels(tx, saved.id, labels);
  return saved;
}

/** Its first registration or an administrator decided who sees a version. Reusing it makes it visible to no one new. */
function reuse(
  tx: Prisma.TransactionClient,
  { id, visibility: before }: ExistingVersion,
  version: Omit<NewVersion, 'labels'>,
): Promise<SavedVersion> {
  const noFile = { fileDigest: null, fileBytes: null, revision: null };
  return tx.model.update({
    where: { id, status: { in: ENDED_UNPUBLISHED } },
    data: { ...version, ...noFile, visibility: version.visibility ?? before, status: 'PENDING' },
    omit: LONG_COLUMNS,
  });
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
export function registrationAudit({ id, name, version, visibility, registry }: SavedVersion): AuditedChange {
  return {
    action: 'MODEL_REGISTERED',
    target: modelTarget({ name, version }),
    modelId: id,
    details: { registry, visibility },
  };
}
