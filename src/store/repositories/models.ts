import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { ProbelogError } from '../../errors/index.js';
import { checkLabels } from '../check-labels.js';
import { EXTERNAL_SOURCE } from '../external-model.js';
import { Prisma, type PrismaClient } from '../generated/client.js';
import type { ModelModel } from '../generated/models.js';
import { isId, newId, validIds } from '../ids.js';
import type { CreatedPosition, LogitRecord, ModelRecord, ModelStatus } from '../records.js';
import { REFETCHABLE_SOURCE } from '../refetchable-source.js';
import { OURSELVES, seen, seenSql, type Viewer } from '../viewer.js';
import { audit, modelSubject } from './audit.js';
import { changedModel, checkLabel, checkRegistry } from './changed-model.js';
import { chunks } from './chunks.js';
import { type Claim, ClaimLost, lockClaim } from './claim.js';
import { createdAfter } from './created-order.js';
import { lockIngests } from './lock-ingests.js';
import { type ModelNotes, notesOf, notesRevisionOf, replaceNotes } from './model-notes.js';

/**
 * The embedded database works on the thread that calls it, and one statement's callbacks follow the last one's without
 * a turn of the event loop. A hundred rows take some 15 ms; then whoever waits gets a turn.
 */
const ROWS_AT_ONCE = 100;

/** Which models a list is about. */
export interface ModelFilter {
  /** Part of the name, the version or a label, in any case. */
  text?: string;
  status?: ModelStatus;
  probeSetId?: string;
  /** Part of the name alone, in any case. */
  name?: string;
  registry?: string;
  /** A tag that it has, with this value or any. */
  tag?: { key: string; value?: string };
  /** An alias that it has. */
  alias?: string;
  /** One of these, in any case. */
  licences?: string[];
  /** Bytes. */
  maxFileBytes?: number;
  minOutputs?: number;
  maxOutputs?: number;
  /** Least share of the probes that it was really shown, 0..1; a model that was never published has none. */
  minCoverage?: number;
}

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

/** What is known here of a version of a registry's. */
export interface RegisteredVersion
  extends Pick<ModelRecord, 'id' | 'name' | 'version' | 'source' | 'revision' | 'status'> {
  errorCode: string | null;
  /** See `Models.notesRevision`. */
  notesRevision: number;
}

/** A model version that never comes here: its responses do. */
export interface ExternalModel {
  name: string;
  version: string;
  labels: string[] | null;
  probeSetId: string;
  licence: string | null;
  registry: string | null;
  visibility: string | null;
}

/** How much of a gallery was really run. */
export interface GalleryCoverage {
  /** Mean over its logits, 0..1; 0 without any. */
  coverage: number;
  /** Models of which every probe was run. */
  fullyProbedModels: number;
}

/** Model versions. */
export class Models {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly viewer: Viewer = OURSELVES,
  ) {}

  /** In no order; unknown ids are left out. */
  async byIds(ids: readonly string[]): Promise<ModelRecord[]> {
    const where = { id: { in: validIds(ids) }, AND: this.seen };
    return (await this.prisma.model.findMany({ where })).map(toRecord);
  }

  async byNameVersion(name: string, version: string): Promise<ModelRecord | null> {
    const row = await this.prisma.model.findFirst({ where: { name, version, AND: this.seen } });
    return row && toRecord(row);
  }

  /** In no order; unknown ones are left out. */
  async byNameVersions(keys: readonly { name: string; version: string }[]): Promise<ModelRecord[]> {
    const where = { OR: keys.map(({ name, version }) => ({ name, version })), AND: this.seen };
    return (await this.prisma.model.findMany({ where })).map(toRecord);
  }

  /** Of each name the newest version that can be searched, or the newest of all where none can; in no order. */
  async newestByNames(names: readonly string[]): Promise<ModelRecord[]> {
    const rows = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT ON ("name") "id"::text FROM "model"
      WHERE "name" = ANY(${names}::text[]) AND ${seenSql(this.viewer.sight, 'model')}
      ORDER BY "name", ("status" = 'READY') DESC, "created_at" DESC, "id" DESC`;
    return this.byIds(rows.map(({ id }) => id));
  }

  /** All versions of the model with exactly this name, oldest first. */
  async byName(name: string): Promise<ModelRecord[]> {
    const rows = await this.prisma.model.findMany({
      where: { name, AND: this.seen },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(toRecord);
  }

  /** Oldest first. */
  async page(options: ModelFilter & { after?: CreatedPosition; first: number }): Promise<ModelRecord[]> {
    const { after, first } = options;
    const rows = await this.prisma.model.findMany({
      where: { AND: [matching(options), this.seen, after ? createdAfter(after) : {}] },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: first,
    });
    return rows.map(toRecord);
  }

  async count(filter: ModelFilter): Promise<number> {
    return this.prisma.model.count({ where: { AND: [matching(filter), this.seen] } });
  }

  /** Ids of the models that match, for narrowing a search. */
  async ids(filter: ModelFilter): Promise<string[]> {
    const rows = await this.prisma.model.findMany({
      where: { AND: [matching(filter), this.seen] },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /** Ids of the models that the viewer does not see, for keeping them out of a search. */
  async hidden(): Promise<string[]> {
    const { sight } = this.viewer;
    if (sight === 'ALL') return [];
    const rows = await this.prisma.model.findMany({
      where: { visibility: { not: null, notIn: [...sight] } },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /**
   * Notes the file that was fetched for a model, and what its registry calls this content of it. Labels that were read with
   * another file go, so that a further attempt does not take them for this one's; those that somebody set stay, and so do
   * those of the logits until the model is published.
   *
   * @throws ClaimLost
   */
  async describe(
    claim: Claim,
    file: { fileDigest: string; fileBytes: number; revision?: string | null },
  ): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const { modelId } = await lockClaim(tx, claim);
      const isOther = [{ fileDigest: null }, { fileDigest: { not: file.fileDigest } }];
      await tx.model.updateMany({
        where: { id: modelId, labelsSetAt: null, OR: isOther },
        data: { labels: [], hasLabels: false },
      });
      await tx.model.update({
        where: { id: modelId },
        data: { ...file, fileBytes: BigInt(file.fileBytes) },
      });
    });
  }

  /** Tags and aliases of some models; one without any is left out. */
  notes(ids: readonly string[]): Promise<Map<string, ModelNotes>> {
    return notesOf(this.prisma, ids, this.viewer.sight);
  }

  /** How often a model's tags and aliases were written, for {@link takeNotes}. */
  notesRevision(id: string): Promise<number> {
    return notesRevisionOf(this.prisma, id);
  }

  /**
   * Makes a version's tags and aliases these, which its registry has, unless they were written since.
   *
   * @param revision from before they were read from the registry
   * @returns false when they were: they are to be read again
   * @throws ClaimLost
   */
  async takeNotes(claim: Claim, notes: ModelNotes, revision: number): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const { modelId } = await lockClaim(tx, claim);
      const { registry, name, version } = await tx.model.findUniqueOrThrow({ where: { id: modelId } });
      if (registry === null) return true;
      return replaceNotes(tx, { registry, name, version }, notes, revision);
    });
  }

  /**
   * Versions that were read from a registry, with why the last ingest of each failed, if it did; by id, behind `after`. A
   * model that somebody else gave the registry's name to is none.
   *
   * @param scheme of the registry's URIs
   */
  async ofRegistry(
    { registry, scheme }: { registry: string; scheme: string },
    first: number,
    after?: string,
  ): Promise<RegisteredVersion[]> {
    return this.prisma.$queryRaw<RegisteredVersion[]>`
      SELECT m."id"::text, m."name", m."version", m."source", m."revision", m."status",
        (SELECT i."error_code" FROM "ingest" i WHERE i."model_id" = m."id"
          ORDER BY i."created_at" DESC, i."id" DESC LIMIT 1) AS "errorCode",
        COALESCE((SELECT n."revision" FROM "model_notes" n WHERE n."model_id" = m."id"), 0) AS "notesRevision"
      FROM "model" m
      WHERE ${seenSql(this.viewer.sight, 'm')}
        AND m."registry" = ${registry} AND starts_with(m."source", ${`${scheme}:`}) AND m."id" > ${after ?? '00000000-0000-0000-0000-000000000000'}::uuid
      ORDER BY m."id" LIMIT ${first}`;
  }

  /**
   * Files that can be fetched again when they are needed: all models that have them came from elsewhere, and none is
   * being probed.
   */
  async refetchableFiles(): Promise<{ digest: string; bytes: number }[]> {
    return this.prisma.$queryRaw<{ digest: string; bytes: number }[]>`
      SELECT m."file_digest" AS "digest", max(m."file_bytes")::float8 AS "bytes" FROM "model" m
      WHERE m."file_digest" IS NOT NULL
      GROUP BY m."file_digest"
      HAVING bool_and(m."source" ~* ${REFETCHABLE_SOURCE} AND NOT EXISTS (
        SELECT 1 FROM "ingest" i WHERE i."model_id" = m."id" AND i."state" IN ('QUEUED', 'RUNNING')))`;
  }

  /**
   * Registers a model version without an ingest: it waits for its responses. A version whose ingest failed before it
   * ever became visible is taken up again.
   *
   * @throws ProbelogError MODEL_EXISTS, PROBE_SET_UNKNOWN
   */
  async registerExternal({ name, version, labels, ...model }: ExternalModel): Promise<ModelRecord> {
    const described = {
      ...model,
      source: EXTERNAL_SOURCE,
      labels: labels ?? [],
      hasLabels: labels !== null,
      status: 'PENDING' as const,
      fileDigest: null,
      fileBytes: null,
      revision: null,
    };
    checkRegistry(this.viewer, model.registry);
    checkLabel(this.viewer, model.visibility);
    try {
      return await this.prisma.$transaction(async (tx) => {
        const existing = await tx.model.findFirst({ where: { name, version, AND: this.seen } });
        if (existing) checkRegistry(this.viewer, existing.registry);
        const row = existing
          ? await tx.model.update({ where: { id: existing.id, status: 'FAILED' }, data: described })
          : await tx.model.create({ data: { ...described, id: newId(), name, version } });
        await audit(tx, this.viewer, registered(row));
        return toRecord(row);
      });
    } catch (thrown) {
      const { code } = thrown as { code?: string };
      if (code === 'P2003') throw new ProbelogError('PROBE_SET_UNKNOWN', 'The probe set was removed.');
      if (code === 'P2002' || code === 'P2025') throw alreadyRegistered(name, version);
      throw thrown;
    }
  }

  /**
   * Makes a model visible: model, logits and responses in one transaction, so that no reader sees half of it.
   * Logits keep their identity (model, index) when the model was visible before.
   *
   * @throws ClaimLost
   * @throws ProbelogError MODEL_LABELS_MISMATCH when labels that were set meanwhile do not fit
   */
  async publish(claim: Claim, published: PublishedModel): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const { modelId, createdAt } = await lockClaim(tx, claim);
      const model = await lockModel(tx, modelId);
      if (!model) throw new ClaimLost(claim);
      const isNewer = model.labelsSetAt !== null && model.labelsSetAt > createdAt;
      await show(tx, model, isNewer ? { ...published, labels: undefined } : published);
    });
  }

  /**
   * The same for responses that were uploaded, of a model that is not probed here.
   *
   * @throws ProbelogError RESPONSES_UNEXPECTED when the model was removed, is not seen any more, or is probed here by now;
   *   FORBIDDEN; MODEL_LABELS_MISMATCH
   */
  async publishUpload(id: string, published: PublishedModel): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const model = await lockModel(tx, id);
      const changed = await changedModel(tx, this.viewer, id);
      if (!changed || model?.source !== EXTERNAL_SOURCE) throw notExternal(id);
      await audit(tx, this.viewer, {
        action: 'RESPONSES_UPLOADED',
        subject: modelSubject(changed),
        modelId: id,
        details: { outputs: published.outputs },
      });
      await show(tx, model, published);
    });
  }

  /**
   * Replaces the labels; null takes them away.
   *
   * @returns false when there is no such model
   */
  async setLabels(id: string, labels: string[] | null): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const changed = await changedModel(tx, this.viewer, id);
      if (!changed) return false;
      const { count } = await tx.model.updateMany({
        where: { id: isId(id) },
        data: { labels: labels ?? [], hasLabels: labels !== null, labelsSetAt: new Date() },
      });
      if (count === 0) return false;
      await audit(tx, this.viewer, {
        action: 'LABELS_SET',
        subject: modelSubject(changed),
        modelId: id,
        details: { labels: labels?.length ?? null },
      });
      await tx.$executeRaw`
        UPDATE "logit" SET "label" = (${labels ?? []}::text[])["index" + 1] WHERE "model_id" = ${id}::uuid`;
      return true;
    });
  }

  /** Makes a model visible to those with this label alone, or, with null, to all who may read; null when there is none. */
  async setVisibility(id: string, visibility: string | null): Promise<ModelRecord | null> {
    return this.prisma.$transaction(async (tx) => {
      const changed = await changedModel(tx, this.viewer, id);
      if (!changed) return null;
      await audit(tx, this.viewer, {
        action: 'VISIBILITY_SET',
        subject: modelSubject(changed),
        modelId: id,
        details: { before: changed.visibility, visibility },
      });
      return toRecord(await tx.model.update({ where: { id }, data: { visibility } }));
    });
  }

  /** Removes a model with its logits and ingests; false when there is none. */
  async remove(id: string): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      await lockIngests(tx, validIds([id]));
      const changed = await changedModel(tx, this.viewer, id);
      if (!changed) return false;
      if ((await tx.model.deleteMany({ where: { id } })).count === 0) return false;
      await audit(tx, this.viewer, {
        action: 'MODEL_REMOVED',
        subject: modelSubject(changed),
        modelId: id,
      });
      return true;
    });
  }

  /** Removes the model of a claimed ingest, with the ingest. @throws ClaimLost */
  async removeClaimed(claim: Claim): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const ingest = await tx.ingest.findUnique({ where: { id: claim.ingestId }, select: { modelId: true } });
      // All of the model's in their order, before the one of the claim alone.
      if (ingest) await lockIngests(tx, [ingest.modelId]);
      const { modelId } = await lockClaim(tx, claim);
      await tx.model.delete({ where: { id: modelId } });
    });
  }

  /** The visible models of a probe set, with where their responses are. */
  async searchable(
    probeSetId: string,
  ): Promise<{ modelId: string; responsesDigest: string; outputs: number }[]> {
    const rows = await this.prisma.model.findMany({
      where: { probeSetId: isId(probeSetId), status: 'READY', AND: this.seen },
      select: { id: true, responsesDigest: true, outputs: true },
    });
    return rows.flatMap(({ id, responsesDigest, outputs }) =>
      responsesDigest !== null && outputs !== null ? [{ modelId: id, responsesDigest, outputs }] : [],
    );
  }

  /** How much of the visible models of a probe set was really run. */
  async galleryCoverage(probeSetId: string): Promise<GalleryCoverage> {
    const [row] = await this.prisma.$queryRaw<GalleryCoverage[]>`
      SELECT COALESCE(sum(l."coverage" * m."outputs") / NULLIF(sum(m."outputs"), 0), 0)::float8 AS "coverage",
        (count(*) FILTER (WHERE l."coverage" >= 1))::int AS "fullyProbedModels"
      FROM "model" m JOIN "logit" l ON l."model_id" = m."id" AND l."index" = 0
      WHERE m."probe_set_id" = ANY(${validIds([probeSetId])}::uuid[]) AND m."status" = 'READY'
        AND ${seenSql(this.viewer.sight, 'm')}`;
    return row;
  }

  private get seen(): Prisma.ModelWhereInput {
    return seen(this.viewer.sight);
  }
}

/** What decides whether and how a model is published. */
interface LockedModel {
  id: string;
  source: string;
  labels: string[] | null;
  labelsSetAt: Date | null;
}

/** What the audit says of a new model version. */
export function registered({ id, name, version, visibility, registry }: ModelModel) {
  return {
    action: 'MODEL_REGISTERED' as const,
    subject: modelSubject({ name, version }),
    modelId: id,
    details: { registry, visibility },
  };
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

function alreadyRegistered(name: string, version: string): ProbelogError {
  return new ProbelogError(
    'MODEL_EXISTS',
    `${name} ${version} is registered already. Upload to it if it is not probed here, take another version, or remove it first.`,
    { name, version },
  );
}

function matching(filter: ModelFilter): Prisma.ModelWhereInput {
  const { text, status, probeSetId, name, registry, tag, alias, licences, minCoverage } = filter;
  const where: Prisma.ModelWhereInput = {
    status,
    registry,
    probeSetId: probeSetId === undefined ? undefined : isId(probeSetId),
    name: name === undefined ? undefined : containing(name),
    fileBytes:
      filter.maxFileBytes === undefined ? undefined : { lte: BigInt(Math.floor(filter.maxFileBytes)) },
    outputs: { gte: filter.minOutputs, lte: filter.maxOutputs },
    // The first logit stands for all: one look-up for each model instead of a pass over every logit.
    logits: minCoverage === undefined ? undefined : { some: { index: 0, coverage: { gte: minCoverage } } },
    tags: tag && { some: { key: tag.key, value: tag.value } },
    aliases: alias === undefined ? undefined : { some: { alias } },
    AND: licences && { OR: licences.map(underLicence) },
  };
  if (text === undefined) return where;
  const part = containing(text);
  return { ...where, OR: [{ name: part }, { version: part }, { logits: { some: { label: part } } }] };
}

function underLicence(licence: string): Prisma.ModelWhereInput {
  return { licence: { equals: escaped(licence), mode: 'insensitive' } };
}

function containing(text: string) {
  return { contains: escaped(text), mode: 'insensitive' as const };
}

/** Prisma makes a LIKE pattern of it without escaping what means something there. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function toRecord({ hasLabels, ...row }: ModelModel): ModelRecord {
  return {
    ...row,
    labels: hasLabels ? row.labels : null,
    fileBytes: row.fileBytes === null ? null : Number(row.fileBytes),
  };
}

function json(value: unknown) {
  return value === null || value === undefined ? Prisma.DbNull : (value as Prisma.InputJsonValue);
}
