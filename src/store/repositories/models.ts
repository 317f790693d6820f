import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { ProbelogError } from '../../errors/index.js';
import { Prisma, type PrismaClient } from '../generated/client.js';
import type { ModelModel } from '../generated/models.js';
import { isId, validIds } from '../ids.js';
import type { CreatedPosition, LogitRecord, ModelRecord, ModelStatus } from '../records.js';
import { chunks } from './chunks.js';

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
    | 'labels'
    | 'outputName'
    | 'responseKind'
    | 'logFloor'
    | 'notes'
    | 'inputShape'
    | 'preprocessing'
    | 'probeSetId'
  > {
  outputs: number;
  responsesDigest: string;
  logits: Omit<LogitRecord, 'modelId'>[];
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
  constructor(private readonly prisma: PrismaClient) {}

  /** In no order; unknown ids are left out. */
  async byIds(ids: readonly string[]): Promise<ModelRecord[]> {
    return (await this.prisma.model.findMany({ where: { id: { in: validIds(ids) } } })).map(toRecord);
  }

  async byNameVersion(name: string, version: string): Promise<ModelRecord | null> {
    const row = await this.prisma.model.findUnique({ where: { name_version: { name, version } } });
    return row && toRecord(row);
  }

  /** All versions of the model with exactly this name, oldest first. */
  async byName(name: string): Promise<ModelRecord[]> {
    const rows = await this.prisma.model.findMany({
      where: { name },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
    });
    return rows.map(toRecord);
  }

  /** Oldest first. */
  async page(options: ModelFilter & { after?: CreatedPosition; first: number }): Promise<ModelRecord[]> {
    const { after, first } = options;
    const rows = await this.prisma.model.findMany({
      where: { AND: [matching(options), after ? createdAfter(after) : {}] },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: first,
    });
    return rows.map(toRecord);
  }

  async count(filter: ModelFilter): Promise<number> {
    return this.prisma.model.count({ where: matching(filter) });
  }

  /** Ids of the models that match, for narrowing a search. */
  async ids(filter: ModelFilter): Promise<string[]> {
    const rows = await this.prisma.model.findMany({ where: matching(filter), select: { id: true } });
    return rows.map(({ id }) => id);
  }

  /** Notes the file that was fetched for a model. */
  async describe(id: string, file: { fileDigest: string; fileBytes: number }): Promise<void> {
    await this.prisma.model.updateMany({
      where: { id: isId(id) },
      data: { ...file, fileBytes: BigInt(file.fileBytes) },
    });
  }

  /**
   * Makes a probed model visible: model, logits and responses in one transaction, so that no reader sees half of it.
   * Logits keep their identity (model, index) when the model was visible before.
   *
   * @throws ProbelogError INGEST_CANCELLED when no ingest of the model is under way any more
   */
  async publish(id: string, { logits, labels, ...model }: PublishedModel): Promise<void> {
    const rows = logits.map((logit) => ({ ...logit, modelId: id }));
    await this.prisma.$transaction(async (tx) => {
      // Locked until the model is visible: an ingest is cancelled, or the model removed, before or after, not halfway.
      const unfinished = await tx.$queryRaw<unknown[]>`
        SELECT "id" FROM "ingest" WHERE "model_id" = ${id}::uuid AND "state" IN ('QUEUED', 'RUNNING') FOR UPDATE`;
      if (unfinished.length === 0) throw cancelled(id);
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
    });
  }

  /**
   * Replaces the labels; null takes them away.
   *
   * @returns false when there is no such model
   */
  async setLabels(id: string, labels: string[] | null): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.model.updateMany({
        where: { id: isId(id) },
        data: { labels: labels ?? [], hasLabels: labels !== null },
      });
      if (count === 0) return false;
      await tx.$executeRaw`
        UPDATE "logit" SET "label" = (${labels ?? []}::text[])["index" + 1] WHERE "model_id" = ${id}::uuid`;
      return true;
    });
  }

  /** Removes a model with its logits and ingests; false when there is none. */
  async remove(id: string): Promise<boolean> {
    return (await this.prisma.model.deleteMany({ where: { id: isId(id) } })).count > 0;
  }

  /** The visible models of a probe set, with where their responses are. */
  async searchable(
    probeSetId: string,
  ): Promise<{ modelId: string; responsesDigest: string; outputs: number }[]> {
    const rows = await this.prisma.model.findMany({
      where: { probeSetId: isId(probeSetId), status: 'READY' },
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
      WHERE m."probe_set_id" = ANY(${validIds([probeSetId])}::uuid[]) AND m."status" = 'READY'`;
    return row;
  }
}

function matching(filter: ModelFilter): Prisma.ModelWhereInput {
  const { text, status, probeSetId, name, registry, licences, minCoverage } = filter;
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

/** Rows behind a place in the order of creation. @throws ProbelogError CURSOR_INVALID when it is no place */
function createdAfter(place: CreatedPosition) {
  const { createdAt, id } = checkedPlace(place);
  return { OR: [{ createdAt: { gt: createdAt } }, { createdAt, id: { gt: id } }] };
}

/** Rows behind a place when the newest come first. @throws ProbelogError CURSOR_INVALID when it is no place */
export function createdBefore(place: CreatedPosition) {
  const { createdAt, id } = checkedPlace(place);
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] };
}

function checkedPlace(place: CreatedPosition): CreatedPosition {
  if (validIds([place.id]).length > 0 && !Number.isNaN(place.createdAt.getTime())) return place;
  throw new ProbelogError('CURSOR_INVALID', 'The cursor does not name a place in this list.');
}

function cancelled(modelId: string): ProbelogError {
  return new ProbelogError(
    'INGEST_CANCELLED',
    'The ingest was cancelled, or the model removed, while it was probed.',
    {
      modelId,
    },
  );
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
