import { type AuditedChange, audit, modelSubject } from '../access/audit.js';
import type { Actor } from '../access/viewer.js';
import type { Prisma } from '../generated/client.js';
import type { ModelModel } from '../generated/models.js';
import { UNFINISHED } from '../ingests/ingests.js';
import { lockIngests } from '../ingests/lock-ingests.js';
import type { DeliveryOutcome } from '../records.js';
import { type ModelNotes, replaceNotes, setAlias, setTag } from './annotations.js';
import { type NewIngest, queueIngest, registerVersion } from './register-version.js';

/** What a delivery changes. Whatever it names, it reaches only models of its own registry. */
export type DeliveredChange =
  | {
      kind: 'REGISTER';
      ingest: NewIngest;
      /** SHA-256 of the file, where the registry tells it. */
      sha256: string | null;
      /** Whether a registered version is probed again when its file may be another one. */
      updated: boolean;
      /** What the version is called from now on, and no other version of its name; see `giveAlias`. */
      alias?: string;
    }
  | {
      kind: 'REMOVE';
      name: string;
      /** Null: every version. */
      version: string | null;
      /** Whether each version is looked for at its source first, and stays when it is there. */
      unlessThere?: boolean;
    }
  | { kind: 'RENAME'; name: string; newName: string; sourcePrefix: { from: string; to: string } }
  | { kind: 'SET_TAG'; name: string; version: string; key: string; value: string | null }
  | { kind: 'ALIAS'; name: string; alias: string; version: string | null }
  /** All tags and aliases of a version at once, as they were read when their revision was `revision`. */
  | { kind: 'NOTES'; name: string; version: string; notes: ModelNotes; revision: number }
  | { kind: 'NONE'; reason: string };

/** A model that is gone from the database. */
export interface RemovedModel {
  modelId: string;
  probeSetId: string;
}

/** What a change came to. */
export interface AppliedChange {
  outcome: DeliveryOutcome;
  ingestId: string | null;
  reason: string | null;
  stopped: string[];
  removed: RemovedModel[];
}

type Registration = Extract<DeliveredChange, { kind: 'REGISTER' }>;
/** In a request: its ingest removes the model when its source is not there; with OR_CLOSED, also when that is closed to us. */
type MayBeGone = true | 'OR_CLOSED';
type Renaming = Extract<DeliveredChange, { kind: 'RENAME' }>;

const NEWEST_FIRST: Prisma.IngestOrderByWithRelationInput[] = [{ createdAt: 'desc' }, { id: 'desc' }];

/** A change that was made, with what the audit is to say of it. */
interface MadeChange extends AppliedChange {
  audited: AuditedChange[];
}

const NOTHING: MadeChange = {
  outcome: 'ACCEPTED',
  ingestId: null,
  reason: null,
  stopped: [],
  removed: [],
  audited: [],
};

/**
 * Makes a change, within a transaction, and puts it down.
 *
 * @param registry the registry that asks for it
 * @param isTied whether a delivery of the same moment says the opposite about whether the version exists
 */
export async function applyChange(
  tx: Prisma.TransactionClient,
  registry: string,
  change: DeliveredChange,
  { actor, isTied }: { actor: Actor; isTied: boolean },
): Promise<AppliedChange> {
  const { audited, ...applied } = await apply(tx, registry, change, isTied);
  for (const one of audited) await audit(tx, { actor }, one);
  return applied;
}

/** What the audit says of a change of one version: each has a row of its own, by which it is found. */
function auditedVersion(
  action: AuditedChange['action'],
  version: Pick<ModelModel, 'id' | 'name' | 'version'>,
  details?: Record<string, unknown>,
): AuditedChange {
  return { action, subject: modelSubject(version), modelId: version.id, details };
}

function apply(
  tx: Prisma.TransactionClient,
  registry: string,
  change: DeliveredChange,
  isTied: boolean,
): Promise<MadeChange> {
  switch (change.kind) {
    case 'REGISTER':
      return register(tx, registry, isTied ? lookedAt(change) : change);
    case 'REMOVE': {
      const versions = { registry, name: change.name, version: change.version ?? undefined };
      if (change.unlessThere) return look(tx, versions, 'OR_CLOSED');
      return isTied ? look(tx, versions, true) : remove(tx, versions);
    }
    case 'RENAME':
      return rename(tx, registry, change);
    case 'SET_TAG':
      return annotated(tx, { ...change, registry }, setTag(tx, { ...change, registry }));
    case 'NOTES': {
      const made = replaceNotes(tx, { ...change, registry }, change.notes, change.revision);
      return annotated(tx, { ...change, registry }, made);
    }
    case 'ALIAS':
      return annotated(tx, { ...change, registry }, setAlias(tx, { ...change, registry }), {
        alias: change.alias,
      });
    case 'NONE':
      return Promise.resolve(ignored(change.reason));
  }
}

/** What is left of a change when a later one was made before it. */
export function overtaken(): AppliedChange {
  const { audited: _, ...applied } = ignored('A later event about the same version came before it.');
  return applied;
}

async function register(
  tx: Prisma.TransactionClient,
  registry: string,
  { ingest, sha256, updated }: Registration,
): Promise<MadeChange> {
  const { name, version } = ingest;
  const existing = await lockVersion(tx, name, version);
  if (existing !== null && existing.registry !== registry) {
    return ignored(
      `The name and version belong to ${existing.registry ?? 'a model that was given directly'}.`,
    );
  }
  if (existing === null || existing.status === 'FAILED') {
    // The label that a registry's versions get when they come is not to undo what an administrator has said since.
    const visibility = existing?.visibility ?? ingest.visibility;
    const queued = await registerVersion(tx, existing, { ...ingest, visibility, registry, lane: registry });
    const audited = [auditedVersion('MODEL_REGISTERED', { id: queued.modelId, name, version })];
    return { ...NOTHING, ingestId: queued.id, audited };
  }
  const latest = await tx.ingest.findFirst({
    where: { modelId: existing.id },
    orderBy: NEWEST_FIRST,
  });
  const underWay = latest !== null && UNFINISHED.includes(latest.state);
  const known = underWay ? announcedDigest(latest.request) : existing.fileDigest;
  if (!updated || (sha256 !== null && sha256 === known)) {
    return { ...NOTHING, outcome: 'DUPLICATE', ingestId: latest?.id ?? null };
  }
  // The old responses stay searchable until the new ones are there, but the old file must not be probed again.
  await tx.model.update({
    where: { id: existing.id },
    data: { source: ingest.source, fileDigest: null, fileBytes: null, revision: null },
  });
  const { request, priority = 0 } = ingest;
  const replaced = await replaceIngest(tx, existing.id, { request, priority, lane: registry });
  return { ...replaced, audited: [auditedVersion('MODEL_REGISTERED', existing)] };
}

/** Puts an ingest in the place of those of a model that are not finished, whose locks are held. */
async function replaceIngest(
  tx: Prisma.TransactionClient,
  modelId: string,
  next: { request: unknown; priority: number; lane: string },
): Promise<MadeChange> {
  const unfinished = { modelId, state: { in: UNFINISHED } };
  const stopped = await tx.ingest.findMany({ where: unfinished, select: { id: true } });
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
  return { ...NOTHING, ingestId: queued.id, stopped: stopped.map(({ id }) => id) };
}

/**
 * Leaves it to ingests whether versions exist: what was delivered cannot tell, so their sources are asked. It ends the same
 * whichever of two deliveries came first.
 */
async function look(
  tx: Prisma.TransactionClient,
  where: { registry: string; name: string; version?: string },
  mayBeGone: MayBeGone,
): Promise<MadeChange> {
  const known = await tx.model.findMany({ where, select: { id: true } });
  const ids = known.map(({ id }) => id);
  await lockIngests(tx, ids);
  const looked = { ...NOTHING, stopped: [] as string[], audited: [] as AuditedChange[] };
  const models = await tx.model.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
  for (const model of models) {
    const { id, status } = model;
    const latest = await tx.ingest.findFirst({ where: { modelId: id }, orderBy: NEWEST_FIRST });
    if (latest === null) continue;
    await tx.model.update({
      where: { id },
      data: { fileDigest: null, ...(status === 'FAILED' && { status: 'PENDING' }) },
    });
    const { priority, lane } = latest;
    const request = { ...(latest.request as object), mayBeGone };
    const { ingestId, stopped } = await replaceIngest(tx, id, { request, priority, lane });
    looked.ingestId = ingestId;
    looked.stopped.push(...stopped);
    // Nothing is removed yet: its source is asked.
    looked.audited.push(auditedVersion('MODEL_REPROBED', model));
  }
  return looked.ingestId === null ? ignored('No such version is registered and probed here.') : looked;
}

function lookedAt(change: Registration): Registration {
  const mayBeGone: MayBeGone = true;
  const request = { ...(change.ingest.request as object), mayBeGone };
  return { ...change, ingest: { ...change.ingest, request } };
}

/** A version as it is once nothing can change it any more until the transaction ends. */
async function lockVersion(
  tx: Prisma.TransactionClient,
  name: string,
  version: string,
): Promise<ModelModel | null> {
  const where = { name_version: { name, version } };
  const known = await tx.model.findUnique({ where, select: { id: true } });
  if (known === null) return null;
  await lockIngests(tx, [known.id]);
  return tx.model.findUnique({ where });
}

async function remove(
  tx: Prisma.TransactionClient,
  where: { registry: string; name: string; version?: string },
): Promise<MadeChange> {
  const select = { id: true, name: true, version: true, probeSetId: true };
  const models = await tx.model.findMany({ where, select });
  if (models.length === 0) return ignored('No such model is registered.');
  const id = { in: models.map((model) => model.id) };
  await lockIngests(tx, id.in);
  const ingests = await tx.ingest.findMany({
    where: { modelId: id, state: { in: UNFINISHED } },
    select: { id: true },
  });
  await tx.model.deleteMany({ where: { id } });
  return {
    ...NOTHING,
    stopped: ingests.map((ingest) => ingest.id),
    removed: models.map((model) => ({ modelId: model.id, probeSetId: model.probeSetId })),
    audited: models.map((model) => auditedVersion('MODEL_REMOVED', model)),
  };
}

/** A version that is not registered yet gets its notes from the registry when it is. */
async function annotated(
  tx: Prisma.TransactionClient,
  { registry, name, version }: { registry: string; name: string; version: string | null },
  done: Promise<boolean>,
  details?: Record<string, unknown>,
): Promise<MadeChange> {
  if (!(await done)) return ignored('No such version is registered, or newer notes came meanwhile.');
  const action = 'MODEL_ANNOTATED';
  const model = version === null ? null : await tx.model.findFirst({ where: { registry, name, version } });
  return {
    ...NOTHING,
    audited: [model ? auditedVersion(action, model, details) : { action, subject: name, details }],
  };
}

/**
 * Versions that are registered under the new name already, because a later event came first, are the same commits: the
 * ones under the old name go.
 */
async function rename(
  tx: Prisma.TransactionClient,
  registry: string,
  { name, newName, sourcePrefix: { from, to } }: Renaming,
): Promise<MadeChange> {
  if (name === newName) return ignored('The new name is the old one.');
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
  const left = await remove(tx, { registry, name });
  const audited = renamed.map(({ id, version }) =>
    auditedVersion('MODEL_RENAMED', { id, name, version }, { name: newName }),
  );
  if (left.removed.length > 0 || ids.length === 0) return { ...left, audited: [...audited, ...left.audited] };
  return { ...NOTHING, audited };
}

function announcedDigest(request: unknown): string | null {
  return (request as { sha256?: string }).sha256 ?? null;
}

function ignored(reason: string): MadeChange {
  return { ...NOTHING, outcome: 'IGNORED', reason };
}
