import { Prisma, type PrismaClient } from '../generated/client.js';
import type { ModelModel } from '../generated/models.js';
import { validIds } from '../ids.js';
import type { CreatedPosition, LogitRecord, ModelRecord, ModelStatus } from '../records.js';
import { chunks } from './chunks.js';

const ROWS_AT_ONCE = 500;
const TRANSACTION = { maxWait: 30_000, timeout: 120_000 };

/** Which models a list is about. */
export interface ModelFilter {
  /** Part of the name, the version or a label, in any case. */
  text?: string;
  status?: ModelStatus;
  probeSetId?: string;
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

  /** Oldest first. */
  async page(options: ModelFilter & { after?: CreatedPosition; first: number }): Promise<ModelRecord[]> {
    const { after, first } = options;
    const rows = await this.prisma.model.findMany({
      where: { AND: [await this.where(options), after ? createdAfter(after) : {}] },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: first,
    });
    return rows.map(toRecord);
  }

  async count(filter: ModelFilter): Promise<number> {
    return this.prisma.model.count({ where: await this.where(filter) });
  }

  /** Ids of the models that match, for narrowing a search. */
  async ids(filter: ModelFilter): Promise<string[]> {
    const rows = await this.prisma.model.findMany({ where: await this.where(filter), select: { id: true } });
    return rows.map(({ id }) => id);
  }

  /** Notes the file that was fetched for a model. */
  async describe(id: string, file: { fileDigest: string; fileBytes: number }): Promise<void> {
    await this.prisma.model.updateMany({
      where: { id },
      data: { ...file, fileBytes: BigInt(file.fileBytes) },
    });
  }

  /**
   * Makes a probed model visible: model, logits and responses in one transaction, so that no reader sees half of it.
   * Logits keep their identity (model, index) when the model was visible before.
   */
  async publish(id: string, { logits, labels, ...model }: PublishedModel): Promise<void> {
    const rows = logits.map((logit) => ({ ...logit, modelId: id }));
    await this.prisma.$transaction(async (tx) => {
      await tx.logit.deleteMany({ where: { modelId: id } });
      for (const data of chunks(rows, ROWS_AT_ONCE)) await tx.logit.createMany({ data });
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
    }, TRANSACTION);
  }

  /**
   * Replaces the labels; null takes them away.
   *
   * @returns false when there is no such model
   */
  async setLabels(id: string, labels: string[] | null): Promise<boolean> {
    return this.prisma.$transaction(async (tx) => {
      const { count } = await tx.model.updateMany({
        where: { id },
        data: { labels: labels ?? [], hasLabels: labels !== null },
      });
      if (count === 0) return false;
      await tx.$executeRaw`
        UPDATE "logit" SET "label" = (${labels ?? []}::text[])["index" + 1] WHERE "model_id" = ${id}::uuid`;
      return true;
    }, TRANSACTION);
  }

  /** Removes a model with its logits and ingests; false when there is none. */
  async remove(id: string): Promise<boolean> {
    return (await this.prisma.model.deleteMany({ where: { id: { in: validIds([id]) } } })).count > 0;
  }

  /** The visible models of a probe set, with where their responses are. */
  async searchable(
    probeSetId: string,
  ): Promise<{ modelId: string; responsesDigest: string; outputs: number }[]> {
    const rows = await this.prisma.model.findMany({
      where: { probeSetId, status: 'READY' },
      select: { id: true, responsesDigest: true, outputs: true },
    });
    return rows.flatMap(({ id, responsesDigest, outputs }) =>
      responsesDigest !== null && outputs !== null ? [{ modelId: id, responsesDigest, outputs }] : [],
    );
  }

  private async where({ text, status, probeSetId }: ModelFilter): Promise<Prisma.ModelWhereInput> {
    const where: Prisma.ModelWhereInput = { status, probeSetId };
    if (text === undefined) return where;
    // Prisma's `contains` does not take away the meaning of % and _ either.
    const escaped = text.replace(/[\\%_]/g, '\\$&');
    const labelled = await this.prisma.$queryRaw<{ id: string }[]>`
      SELECT DISTINCT "model_id" AS "id" FROM "logit" WHERE "label" ILIKE ${`%${escaped}%`}`;
    return {
      ...where,
      OR: [
        { name: { contains: escaped, mode: 'insensitive' } },
        { version: { contains: escaped, mode: 'insensitive' } },
        { id: { in: labelled.map(({ id }) => id) } },
      ],
    };
  }
}

/** Rows behind a place in the order of creation. */
export function createdAfter({ createdAt, id }: CreatedPosition) {
  return { OR: [{ createdAt: { gt: createdAt } }, { createdAt, id: { gt: id } }] };
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
