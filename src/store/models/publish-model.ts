import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { ProbelogError } from '../../errors/index.js';
import { audit, modelSubject } from '../access/audit.js';
import type { Viewer } from '../access/viewer.js';
import { chunks } from '../database/chunks.js';
import { Prisma } from '../generated/client.js';
import { type Claim, ClaimLost, lockClaim } from '../ingests/claim.js';
import type { LogitRecord, ModelRecord } from '../records.js';
import { changedModel } from './changed-model.js';
import { checkLabels } from './check-labels.js';
import { EXTERNAL_SOURCE } from './external-model.js';

/**
 * The embedded database works on the thread that calls it, and one statement's callbacks follow the last one's without
 * a turn of the event loop. A hundred rows take some 15 ms; then whoever waits gets a turn.
 */
const ROWS_AT_ONCE = 100;

/** What probing found out about a model, to be published in one go. */
export interface PublishedModel
  extends Pick<
    ModelRecord,
    'outputName' | 'responseKind' | 'logFloor' | 'notes' | 'inputShape' | 'preprocessing' | 'probeSetId'
  > {
  outputs: number;
  responsesDigest: string;
  /** In output order; undefined: as they are. Those that somebody set since the ingest was asked for stay in any case. */
  labels: string[] | null | undefined;
  logits: Omit<LogitRecord, 'modelId' | 'label'>[];
}

/** What decides whether and how a model is published. */
interface LockedModel {
  id: string;
  source: string;
  labels: string[] | null;
  labelsSetAt: Date | null;
}

/**
 * Makes a model visible by the ingest that was claimed, within a transaction. Logits keep their identity (model, index) when
 * the model was visible before.
 *
 * @throws ClaimLost
 * @throws ProbelogError MODEL_LABELS_MISMATCH when labels that were set meanwhile do not fit
 */
export async function publishModel(
  tx: Prisma.TransactionClient,
  claim: Claim,
  published: PublishedModel,
): Promise<void> {
  const { modelId, createdAt } = await lockClaim(tx, claim);
  const model = await lockModel(tx, modelId);
  if (!model) throw new ClaimLost(claim);
  const isNewer = model.labelsSetAt !== null && model.labelsSetAt > createdAt;
  await show(tx, model, isNewer ? { ...published, labels: undefined } : published);
}

/**
 * The same by responses that were uploaded, of a model that is not probed here.
 *
 * @throws ProbelogError RESPONSES_UNEXPECTED when the model was removed, is not seen any more, or is probed here by now;
 *   FORBIDDEN; MODEL_LABELS_MISMATCH
 */
export async function publishUpload(
  tx: Prisma.TransactionClient,
  viewer: Viewer,
  id: string,
  published: PublishedModel,
): Promise<void> {
  const model = await lockModel(tx, id);
  const changed = await changedModel(tx, viewer, id);
  if (!changed || model?.source !== EXTERNAL_SOURCE) throw notExternal(id);
  await audit(tx, viewer, {
    action: 'RESPONSES_UPLOADED',
    subject: modelSubject(changed),
    modelId: id,
    details: { outputs: published.outputs },
  });
  await show(tx, model, published);
}

/** Of two uploads, and of one and a removal, one comes after the other. See `lockIngests` for the order. */
async function lockModel(tx: Prisma.TransactionClient, id: string): Promise<LockedModel | undefined> {
  const [model] = await tx.$queryRaw<LockedModel[]>`
    SELECT "id"::text, "source", CASE WHEN "has_labels" THEN "labels" END AS "labels", "labels_set_at" AS "labelsSetAt"
    FROM "model" WHERE "id" = ${id}::uuid FOR NO KEY UPDATE`;
  return model;
}

async function show(
  tx: Prisma.TransactionClient,
  { id, labels: present }: LockedModel,
  { logits, labels: given, ...model }: PublishedModel,
): Promise<void> {
  const labels = given === undefined ? present : given;
  checkLabels(labels, model.outputs);
  const rows = logits.map((logit) => ({ ...logit, modelId: id, label: labels?.[logit.index] ?? null }));
  await tx.logit.deleteMany({ where: { modelId: id } });
  for (const data of chunks(rows, ROWS_AT_ONCE)) {
    await turnOfEventLoop();
    await tx.logit.createMany({ data });
  }
  await tx.model.update({
    where: { id },
    data: {
      ...model,
      inputShape: json(model.inputShape),
      preprocessing: json(model.preprocessing),
      labels: labels ?? [],
      hasLabels: labels !== null,
      status: 'READY',
      probedAt: new Date(),
    },
  });
}

function notExternal(modelId: string): ProbelogError {
  return new ProbelogError(
    'RESPONSES_UNEXPECTED',
    'The model was removed, or given a source, while its responses were uploaded.',
    { modelId },
  );
}

function json(value: unknown) {
  return value === null || value === undefined ? Prisma.DbNull : (value as Prisma.InputJsonValue);
}
