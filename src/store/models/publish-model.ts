import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { ProbelogError } from '../../errors/index.js';
import { audit, modelTarget } from '../access/audit.js';
import { findChangeable } from '../access/check-access.js';
import type { Viewer } from '../access/viewer.js';
import { chunks } from '../database/chunks.js';
import { Prisma } from '../generated/client.js';
import { type Claim, ClaimLost, lockClaim } from '../ingests/claim.js';
import type { LogitRecord, ModelRecord } from '../records.js';
import { EXTERNAL_SOURCE } from './register-external.js';

/**
 * The embedded database works on the calling thread, and the callbacks of consecutive statements run without a turn of the
 * event loop. A hundred rows take about 15 ms; then other callers get a turn.
 */
const ROWS_PER_STATEMENT = 100;

/** The file that was fetched for a model. */
export interface FetchedFile {
  fileDigest: string;
  fileBytes: number;
  /** The registry's revision of the version; see `ModelRecord.revision`. */
  revision?: string | null;
}

/** A file that a model keeps weights in. */
export interface DataFile {
  /** Its name as the model has it, relative to the model's folder. */
  location: string;
  /** SHA-256 of the file, which is its blob. */
  digest: string;
  bytes: number;
}

/** The results of probing a model, published in one transaction. */
export interface PublishedModel
  extends Pick<
    ModelRecord,
    'outputName' | 'responseKind' | 'logFloor' | 'notes' | 'inputShape' | 'preprocessing' | 'probeSetId'
  > {
  outputs: number;
  /** Default false. */
  multiLabel?: boolean;
  responsesDigest: string;
  /** In output order; undefined keeps the present labels. Labels set by a user after the ingest was queued always stay. */
  labels: string[] | null | undefined;
  logits: Omit<LogitRecord, 'modelId' | 'label'>[];
}

/** The columns that decide whether and how a model is published. */
interface LockedModel {
  id: string;
  source: string;
  labels: string[] | null;
  labelsSetAt: Date | null;
}

/**
 * Records the file that was fetched for a model, within a transaction. It clears labels and data files that came with another
 * file, so that another attempt does not reuse them. Labels set by a user stay, and so do the logits' labels until publication.
 *
 * @throws ClaimLost
 */
export async function recordFile(
  tx: Prisma.TransactionClient,
  claim: Claim,
  file: FetchedFile,
): Promise<void> {
  const { modelId } = await lockClaim(tx, claim);
  const isOtherFile = [{ fileDigest: null }, { fileDigest: { not: file.fileDigest } }];
  await tx.model.updateMany({
    where: { id: modelId, labelsSetAt: null, OR: isOtherFile },
    data: { labels: [], hasLabels: false },
  });
  await tx.modelDataFile.deleteMany({ where: { modelId, model: { OR: isOtherFile } } });
  await tx.model.update({
    where: { id: modelId },
    data: { ...file, fileBytes: BigInt(file.fileBytes) },
  });
}

/** Replaces the data files of a model, within a transaction. @throws ClaimLost */
export async function recordDataFiles(
  tx: Prisma.TransactionClient,
  claim: Claim,
  files: readonly DataFile[],
): Promise<void> {
  const { modelId } = await lockClaim(tx, claim);
  await tx.modelDataFile.deleteMany({ where: { modelId } });
  const rows = files.map(({ location, digest, bytes }) => ({
    modelId,
    location,
    digest,
    bytes: BigInt(bytes),
  }));
  for (const data of chunks(rows, ROWS_PER_STATEMENT)) await tx.modelDataFile.createMany({ data });
}

/**
 * Publishes a model by its claimed ingest, within a transaction. When the model was published before, its logits keep their
 * identity (model, index).
 *
 * @throws ClaimLost
 * @throws ProbelogError MODEL_LABELS_MISMATCH when labels set in the meantime do not fit
 */
export async function publishModel(
  tx: Prisma.TransactionClient,
  claim: Claim,
  published: PublishedModel,
): Promise<void> {
  const { modelId, createdAt } = await lockClaim(tx, claim);
  const model = await lockModel(tx, modelId);
  if (!model) throw new ClaimLost(claim);
  const hasNewerLabels = model.labelsSetAt !== null && model.labelsSetAt > createdAt;
  await replaceResults(tx, model, hasNewerLabels ? { ...published, labels: undefined } : published);
}

/**
 * Publishes uploaded responses of a model that is not probed here, within a transaction.
 *
 * @throws ProbelogError RESPONSES_UNEXPECTED when the model was removed, is no longer visible, or is now probed here;
 *   FORBIDDEN; MODEL_LABELS_MISMATCH
 */
export async function publishUpload(
  tx: Prisma.TransactionClient,
  viewer: Viewer,
  id: string,
  published: PublishedModel,
): Promise<void> {
  const model = await lockModel(tx, id);
  const changeable = await findChangeable(tx, viewer, id);
  if (!changeable || model?.source !== EXTERNAL_SOURCE) throw responsesUnexpected(id);
  await audit(tx, viewer, {
    action: 'RESPONSES_UPLOADED',
    target: modelTarget(changeable),
    modelId: id,
    details: { outputs: published.outputs },
  });
  await replaceResults(tx, model, published);
}

/** @throws ProbelogError MODEL_LABELS_MISMATCH unless there are no labels or one for each output */
export function checkLabels(labels: readonly string[] | null, outputs: number): void {
  if (labels !== null && labels.length !== outputs) {
    throw new ProbelogError(
      'MODEL_LABELS_MISMATCH',
      `The model has ${outputs} outputs, but ${labels.length} labels were given. Give one label for each output, or none.`,
      { labels: labels.length, outputs },
    );
  }
}

/** Puts simultaneous uploads and removals of a model in order. See `lockIngests` for the order of locks. */
async function lockModel(tx: Prisma.TransactionClient, id: string): Promise<LockedModel | undefined> {
  const [model] = await tx.$queryRaw<LockedModel[]>`
    SELECT "id"::text, "source", CASE WHEN "has_labels" THEN "labels" END AS "labels", "labels_set_at" AS "labelsSetAt"
    FROM "model" WHERE "id" = ${id}::uuid FOR NO KEY UPDATE`;
  return model;
}

async function replaceResults(
  tx: Prisma.TransactionClient,
  { id, labels: present }: LockedModel,
  { logits, labels: given, multiLabel = false, ...model }: PublishedModel,
): Promise<void> {
  const labels = given === undefined ? present : given;
  checkLabels(labels, model.outputs);
  const rows = logits.map((logit) => ({ ...logit, modelId: id, label: labels?.[logit.index] || null }));
  await tx.logit.deleteMany({ where: { modelId: id } });
  for (const data of chunks(rows, ROWS_PER_STATEMENT)) {
    await turnOfEventLoop();
    await tx.logit.createMany({ data });
  }
  await tx.model.update({
    where: { id },
    data: {
      ...model,
      multiLabel,
      inputShape: json(model.inputShape),
      preprocessing: json(model.preprocessing),
      labels: labels ?? [],
      hasLabels: labels !== null,
      status: 'READY',
      probedAt: new Date(),
    },
  });
}

function responsesUnexpected(modelId: string): ProbelogError {
  return new ProbelogError(
    'RESPONSES_UNEXPECTED',
    'While the responses were uploaded, the model was removed or given a source to probe it from. Register it again to upload responses.',
    { modelId },
  );
}

function json(value: unknown) {
  return value === null || value === undefined ? Prisma.DbNull : (value as Prisma.InputJsonValue);
}
