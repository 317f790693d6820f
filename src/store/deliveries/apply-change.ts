import { type AuditedChange, audit, modelTarget } from '../access/audit.js';
import type { Actor } from '../access/viewer.js';
import type { Prisma } from '../generated/client.js';
import type { ModelModel } from '../generated/models.js';
import { UNFINISHED } from '../ingests/ingests.js';
import { lockIngests } from '../ingests/lock-ingests.js';
import { replaceAnnotations, setAlias, setTag } from '../models/annotations.js';
import type { ChangeResult, ModelChange, RemovedModel, VersionRegistration } from '../models/model-change.js';
import { type NewIngest, queueIngest, registerVersion } from '../models/register-version.js';
import { ENDED_UNPUBLISHED } from '../records.js';

/** A model change that is ready to be applied: a registration has its ingest. */
export type PreparedChange = Exclude<ModelChange, VersionRegistration> | PreparedRegistration;

type PreparedRegistration = VersionRegistration & { ingest: NewIngest };

/** The transaction of a change, and who makes it. */
export interface ChangeContext {
  tx: Prisma.TransactionClient;
  /** The registry that sent the change. */
  registry: string;
  actor: Actor;
}

/** Versions of a registry's model; all of them without `version`. */
interface Versions {
  registry: string;
  name: string;
  version?: string;
}

/**
 * Tells an ingest to remove its model when the source does not exist; with OR_CLOSED, also when the source denies access.
 * It is stored in `ingest.request` as `mayBeGone`, which queues of earlier releases contain.
 */
type MayBeGone = true | 'OR_CLOSED';

const NEWEST_FIRST: Prisma.IngestOrderByWithRelationInput[] = [{ createdAt: 'desc' }, { id: 'desc' }];

const ACCEPTED: ChangeResult = {
  outcome: 'ACCEPTED',
  ingestId: null,
  reason: null,
  cancelled: [],
  removed: [],
};

/** The result of a change that has no effect. */
export function ignored(reason: string): ChangeResult {
  return { ...ACCEPTED, outcome: 'IGNORED', reason };
}

/**
 * Makes a change and audits it, within a transaction.
 *
 * @param isContradicted whether another delivery of the same moment says the opposite about the version's existence
 */
export function applyChange(
  context: ChangeContext,
  change: PreparedChange,
  isContradicted: boolean,
): Promise<ChangeResult> {
  const { tx, registry } = context;
  switch (change.kind) {
    case 'REGISTER':
      return register(context, isContradicted ? confirmedAtSource(change) : change);
    case 'REMOVE': {
      const versions = { registry, name: change.name, version: change.version ?? undefined };
      if (change.confirmAtSource) return confirmAtSource(context, versions, 'OR_CLOSED');
      return isContradicted ? confirmAtSource(context, versions, true) : remove(context, versions);
    }
    case 'RENAME':
      return rename(context, change);
    case 'SET_TAG':
      return annotate(context, change, setTag(tx, { ...change, registry }));
    case 'ANNOTATE': {
      const { annotations, revision } = change;
      return annotate(
        context,
        change,
        replaceAnnotations(tx, { ...change, registry }, annotations, revision),
      );
    }
    case 'SET_ALIAS': {
      const { alias } = change;
      return annotate(context, change, setAlias(tx, { ...change, registry }), { alias });
    }
    case 'IGNORE':
      return Promise.resolve(ignored(change.reason));
  }
}

/**
 * Gives a version the alias that came with its registration, within a transaction. This also happens when the registration
 * itself was recorded before: an alias moves between versions, and its senders give no time that would order the moves.
 *
 * @returns whether anything changed
 */
export async function giveAlias(
  { tx, registry, actor }: ChangeContext,
  change: ModelChange,
): Promise<boolean> {
  if (change.kind !== 'REGISTER' || change.alias === undefined) return false;
  const { name, version, alias } = change;
  const held = await tx.modelAlias.findFirst({ where: { alias, model: { registry, name, version } } });
  if (held !== null || !(await setAlias(tx, { registry, name, alias, version }))) return false;
  const model = await tx.model.findFirst({ where: { registry, name, version }, select: { id: true } });
  await audit(
    tx,
    { actor },
    {
      action: 'MODEL_ANNOTATED',
      target: modelTarget({ name, version }),
      modelId: model?.id,
      details: { alias },
    },
  );
  return true;
}

async function register(
  context: ChangeContext,
  { ingest, sha256, updated }: PreparedRegistration,
): Promise<ChangeResult> {
  const { tx, registry } = context;
  const { name, version } = ingest;
  const existing = await lockVersion(tx, name, version);
  if (existing !== null && existing.registry !== registry) {
    return ignored(
      existing.registry === null
        ? 'The name and version belong to a model without a registry.'
        : `The name and version belong to ${existing.registry}.`,
    );
  }
  if (existing === null || ENDED_UNPUBLISHED.includes(existing.status)) {
    // The label that new versions of a registry get must not undo an administrator's later choice.
    const visibility = existing?.visibility ?? ingest.visibility;
    const queued = await registerVersion(tx, existing, { ...ingest, visibility, registry, lane: registry });
    await auditVersion(context, 'MODEL_REGISTERED', { id: queued.modelId, name, version });
    return { ...ACCEPTED, ingestId: queued.id };
  }
  const latest = await tx.ingest.findFirst({
    where: { modelId: existing.id },
    orderBy: NEWEST_FIRST,
  });
  const isRunning = latest !== null && UNFINISHED.includes(latest.state);
  const knownDigest = isRunning ? announcedDigest(latest.request) : existing.fileDigest;
  const isKnownFile = sha256 !== undefined && sha256 === knownDigest;
  // The digest of a file says nothing about its data files.
  const isKnown = isKnownFile && (await tx.modelDataFile.count({ where: { modelId: existing.id } })) === 0;
  if (!updated || isKnown) {
    return { ...ACCEPTED, outcome: 'DUPLICATE', ingestId: latest?.id ?? null };
  }
  // The old responses stay searchable until the new ones are published, but the old file must not be probed again.
  await tx.model.update({
    where: { id: existing.id },
    data: { source: ingest.source, fileDigest: null, fileBytes: null, revision: null },
  });
  const { request, priority = 0 } = ingest;
  const replaced = await replaceIngest(tx, existing.id, { request, priority, lane: registry });
  await auditVersion(context, 'MODEL_REGISTERED', existing);
  return { ...ACCEPTED, ...replaced };
}

/** Cancels a model's unfinished ingests, whose locks are held, and queues a new one. */
async function replaceIngest(
  tx: Prisma.TransactionClient,
  modelId: string,
  next: { request: unknown; priority: number; lane: string },
): Promise<{ ingestId: string; cancelled: string[] }> {
  const unfinished = { modelId, state: { in: UNFINISHED } };
  const cancelled = await tx.ingest.findMany({ where: unfinished, select: { id: true } });
  await tx.ingest.updateMany({
    where: unfinished,
    data: {
      state: 'CANCELLED',
      errorCode: 'INGEST_CANCELLED',
      leasedUntil: null,
      nextAttemptAt: null,
      finishedAt: new Date(),
    },
  });
  const queued = await queueIngest(tx, modelId, next);
  return { ingestId: queued.id, cancelled: cancelled.map(({ id }) => id) };
}

/**
 * Queues ingests that look up versions at their sources and remove the missing ones. The result is the same in whichever
 * order two contradicting deliveries came.
 */
async function confirmAtSource(
  context: ChangeContext,
  where: Versions,
  mayBeGone: MayBeGone,
): Promise<ChangeResult> {
  const { tx } = context;
  const found = await tx.model.findMany({ where, select: { id: true } });
  const ids = found.map(({ id }) => id);
  await lockIngests(tx, ids);
  let ingestId: string | null = null;
  const cancelled: string[] = [];
  const models = await tx.model.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
  for (const model of models) {
    const { id, status } = model;
    const latest = await tx.ingest.findFirst({ where: { modelId: id }, orderBy: NEWEST_FIRST });
    if (latest === null) continue;
    await tx.model.update({
      where: { id },
      data: { fileDigest: null, ...(ENDED_UNPUBLISHED.includes(status) && { status: 'PENDING' }) },
    });
    const { priority, lane } = latest;
    const request = { ...(latest.request as object), mayBeGone };
    const replaced = await replaceIngest(tx, id, { request, priority, lane });
    ingestId = replaced.ingestId;
    cancelled.push(...replaced.cancelled);
    await auditVersion(context, 'MODEL_REPROBED', model);
  }
  if (ingestId === null) return ignored('No such version is registered and probed here.');
  return { ...ACCEPTED, ingestId, cancelled };
}

function confirmedAtSource(change: PreparedRegistration): PreparedRegistration {
  const mayBeGone: MayBeGone = true;
  const request = { ...(change.ingest.request as object), mayBeGone };
  return { ...change, ingest: { ...change.ingest, request } };
}

/** Locks a version until the transaction ends, and returns its row. */
async function lockVersion(
  tx: Prisma.TransactionClient,
  name: string,
  version: string,
): Promise<ModelModel | null> {
  const where = { name_version: { name, version } };
  const found = await tx.model.findUnique({ where, select: { id: true } });
  if (found === null) return null;
  await lockIngests(tx, [found.id]);
  return tx.model.findUnique({ where });
}

async function remove(context: ChangeContext, where: Versions): Promise<ChangeResult> {
  const { removed, cancelled } = await removeVersions(context, where);
  if (removed.length === 0) return ignored('No such model is registered.');
  return { ...ACCEPTED, removed, cancelled };
}

async function removeVersions(
  context: ChangeContext,
  where: Versions,
): Promise<{ removed: RemovedModel[]; cancelled: string[] }> {
  const { tx } = context;
  const select = { id: true, name: true, version: true, probeSetId: true };
  const models = await tx.model.findMany({ where, select });
  const id = { in: models.map((model) => model.id) };
  await lockIngests(tx, id.in);
  const unfinished = await tx.ingest.findMany({
    where: { modelId: id, state: { in: UNFINISHED } },
    select: { id: true },
  });
  await tx.model.deleteMany({ where: { id } });
  for (const model of models) await auditVersion(context, 'MODEL_REMOVED', model);
  return {
    cancelled: unfinished.map((ingest) => ingest.id),
    removed: models.map((model) => ({ modelId: model.id, probeSetId: model.probeSetId })),
  };
}

/** Audits a change of annotations. A version that is not registered yet gets its annotations with its ingest. */
async function annotate(
  context: ChangeContext,
  { name, version }: { name: string; version: string | null },
  changed: Promise<boolean>,
  details?: Record<string, unknown>,
): Promise<ChangeResult> {
  if (!(await changed))
    return ignored('The version is not registered, or its tags and aliases were changed since.');
  const { tx, registry, actor } = context;
  const model = version === null ? null : await tx.model.findFirst({ where: { registry, name, version } });
  if (model) await auditVersion(context, 'MODEL_ANNOTATED', model, details);
  else await audit(tx, { actor }, { action: 'MODEL_ANNOTATED', target: name, details });
  return ACCEPTED;
}

/**
 * Renames a model. Versions that already exist under the new name, because a later event came first, are the same commits;
 * their duplicates under the old name are removed.
 */
async function rename(
  context: ChangeContext,
  { name, newName, sourcePrefix: { from, to } }: Extract<ModelChange, { kind: 'RENAME' }>,
): Promise<ChangeResult> {
  if (name === newName) return ignored('The new name equals the old one.');
  const { tx, registry } = context;
  const models = await tx.model.findMany({ where: { registry, name }, select: { id: true } });
  await lockIngests(
    tx,
    models.map(({ id }) => id),
  );
  const renamed = await tx.$queryRaw<{ id: string; version: string }[]>`
    UPDATE "model" SET "name" = ${newName}, "updated_at" = now(),
      "source" = CASE WHEN starts_with("source", ${from}) THEN ${to} || substr("source", ${from.length + 1}::int) ELSE "source" END
    WHERE "registry" = ${registry} AND "name" = ${name} AND NOT EXISTS (
      SELECT 1 FROM "model" rival WHERE rival."name" = ${newName} AND rival."version" = "model"."version")
    RETURNING "id", "version"`;
  const ids = renamed.map(({ id }) => id);
  await tx.$executeRaw`
    UPDATE "ingest" SET "request" = "request" || jsonb_build_object('name', "model"."name", 'source', "model"."source")
    FROM "model" WHERE "ingest"."model_id" = "model"."id" AND "model"."id" = ANY(${ids}::uuid[])`;
  for (const { id, version } of renamed) {
    await auditVersion(context, 'MODEL_RENAMED', { id, name, version }, { name: newName });
  }
  const { removed, cancelled } = await removeVersions(context, { registry, name });
  if (ids.length === 0 && removed.length === 0) return ignored('No such model is registered.');
  return { ...ACCEPTED, removed, cancelled };
}

/** Each changed version gets its own audit row, so that it can be found by the version. */
function auditVersion(
  { tx, actor }: ChangeContext,
  action: AuditedChange['action'],
  version: Pick<ModelModel, 'id' | 'name' | 'version'>,
  details?: Record<string, unknown>,
): Promise<void> {
  return audit(tx, { actor }, { action, target: modelTarget(version), modelId: version.id, details });
}

function announcedDigest(request: unknown): string | null {
  return (request as { sha256?: string }).sha256 ?? null;
}
