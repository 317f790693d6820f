import { ProbelogError } from '../../errors/index.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import type { IngestModel } from '../generated/models.js';
import { isId, validIds } from '../ids.js';
import type { CreatedPosition, IngestRecord, IngestStage, IngestState } from '../records.js';
import { createdAfter } from './models.js';
import { type NewIngest, queueIngest, registerVersion } from './register-version.js';

/** States of ingests that are still to end. */
export const UNFINISHED: IngestState[] = ['QUEUED', 'RUNNING'];

/** What another probing of a model does differently. */
export interface ReprobeChanges {
  /** Another probe set. */
  probeSetId?: string;
  /** How much is probed, kept as it is for whoever works on it. */
  probing?: unknown;
}

/** The queue of models to be probed, which is also the record of what became of each. */
export class Ingests {
  constructor(private readonly prisma: PrismaClient) {}

  /**
   * Registers a model version and queues its ingest, in one transaction. A version whose ingest failed or was
   * cancelled before it ever became visible is taken up again.
   *
   * @throws ProbelogError MODEL_EXISTS when the version is visible, or its ingest under way; PROBE_SET_UNKNOWN
   */
  async enqueue(ingest: NewIngest): Promise<IngestRecord> {
    const { name, version } = ingest;
    try {
      return await this.prisma.$transaction(async (tx) => {
        const existing = await tx.model.findUnique({ where: { name_version: { name, version } } });
        if (existing && existing.status !== 'FAILED') throw modelExists(name, version);
        return toRecord(await registerVersion(tx, existing, ingest));
      });
    } catch (thrown) {
      const { code } = thrown as { code?: string };
      if (code === 'P2003') throw new ProbelogError('PROBE_SET_UNKNOWN', 'The probe set was removed.');
      // The other of two that registered the same version at once.
      if (code === 'P2002' || code === 'P2025' || code === 'P2034') throw modelExists(name, version);
      throw thrown;
    }
  }

  /**
   * Queues another probing of a registered model, by the request of its last ingest with these changes. How much is
   * probed is never taken over from it: without `probing`, the settings of the moment decide.
   *
   * @throws ProbelogError NOT_FOUND; MODEL_EXISTS when an ingest of it is under way
   */
  async enqueueReprobe(modelId: string, { probeSetId, probing }: ReprobeChanges = {}): Promise<IngestRecord> {
    return this.prisma.$transaction(async (tx) => {
      // Also locks the model, so that of two that ask at once only one queues an ingest. A failed model is taken up
      // again: it must not be registered anew meanwhile.
      await tx.model.updateMany({
        where: { id: isId(modelId), status: 'FAILED' },
        data: { status: 'PENDING' },
      });
      await tx.$queryRaw`SELECT "id" FROM "model" WHERE "id" = ANY(${validIds([modelId])}::uuid[]) FOR UPDATE`;
      const last = await tx.ingest.findFirst({
        where: { modelId: isId(modelId) },
        orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      });
      if (!last) throw new ProbelogError('NOT_FOUND', 'There is no model with this id.');
      if (UNFINISHED.includes(last.state)) {
        throw new ProbelogError(
          'MODEL_EXISTS',
          'An ingest of this model is under way; wait for it or cancel it.',
        );
      }
      const { probing: _, ...kept } = last.request as { probing?: unknown };
      const request = {
        ...kept,
        ...(probing === undefined ? {} : { probing }),
        ...(probeSetId === undefined ? {} : { probeSet: probeSetId }),
      };
      return toRecord(await queueIngest(tx, modelId, request));
    });
  }

  /**
   * Takes the oldest waiting ingest, or one whose worker died (its lease ran out), for this worker.
   *
   * SKIP LOCKED: two workers that claim at once take two ingests, not one twice.
   */
  async claim(worker: string, leaseMs: number): Promise<IngestRecord | null> {
    const rows = await this.prisma.$queryRaw<{ id: string }[]>`
      UPDATE "ingest"
      SET "state" = 'RUNNING', "worker" = ${worker}, "attempts" = "attempts" + 1,
          "started_at" = COALESCE("started_at", now()),
          "leased_until" = now() + ${leaseMs} * interval '1 millisecond'
      WHERE "id" = (
        SELECT "id" FROM "ingest"
        WHERE "state" = 'QUEUED' OR ("state" = 'RUNNING' AND "leased_until" < now())
        ORDER BY "created_at", "id" FOR UPDATE SKIP LOCKED LIMIT 1)
      RETURNING "id"`;
    return rows.length === 0 ? null : ((await this.byIds([rows[0].id]))[0] ?? null);
  }

  /** Keeps a claim alive; false when it is no longer this worker's. */
  async renew(id: string, worker: string, leaseMs: number): Promise<boolean> {
    const changed = await this.prisma.$executeRaw`
      UPDATE "ingest" SET "leased_until" = now() + ${leaseMs} * interval '1 millisecond'
      WHERE "id" = ${id}::uuid AND "worker" = ${worker} AND "state" = 'RUNNING'`;
    return changed > 0;
  }

  async progress(
    id: string,
    progress: { stage: IngestStage; done: number; total: number; etaSeconds: number | null },
  ): Promise<void> {
    await this.prisma.ingest.updateMany({ where: { id, state: 'RUNNING' }, data: progress });
  }

  /** @param peakMemoryBytes of the process that ran the model */
  async succeed(id: string, peakMemoryBytes: number): Promise<void> {
    await this.finish(id, { state: 'SUCCEEDED', stage: 'DONE', peakMemoryBytes: BigInt(peakMemoryBytes) });
  }

  /** Records why an ingest failed; a model that was visible before stays so. */
  async fail(id: string, errorCode: string, errorMessage: string): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      await this.finish(id, { state: 'FAILED', errorCode, errorMessage }, tx);
      await tx.model.updateMany({
        where: { status: 'PENDING', ingests: { some: { id: isId(id) } } },
        data: { status: 'FAILED' },
      });
    });
  }

  /** Ends an unfinished ingest; a finished one stays as it is. @throws ProbelogError NOT_FOUND */
  async cancel(id: string): Promise<IngestRecord> {
    await this.prisma.$transaction(async (tx) => {
      await this.finish(id, { state: 'CANCELLED', errorCode: 'INGEST_CANCELLED' }, tx);
      await tx.model.updateMany({
        where: { status: 'PENDING', ingests: { some: { id: isId(id), state: 'CANCELLED' } } },
        data: { status: 'FAILED' },
      });
    });
    const [ingest] = await this.byIds([id]);
    if (!ingest) throw new ProbelogError('NOT_FOUND', 'There is no ingest with this id.');
    return ingest;
  }

  /** Puts a running ingest back into the queue, for a worker that is told to end. */
  async release(id: string, worker: string): Promise<void> {
    await this.prisma.ingest.updateMany({
      where: { id, worker, state: 'RUNNING' },
      data: { state: 'QUEUED', worker: null, leasedUntil: null },
    });
  }

  /** Puts every running ingest back into the queue, when no worker can be alive. */
  async releaseAll(): Promise<void> {
    await this.prisma.ingest.updateMany({
      where: { state: 'RUNNING' },
      data: { state: 'QUEUED', worker: null, leasedUntil: null },
    });
  }

  /** In no order; unknown ids are left out. */
  async byIds(ids: readonly string[]): Promise<IngestRecord[]> {
    return (await this.prisma.ingest.findMany({ where: { id: { in: validIds(ids) } } })).map(toRecord);
  }

  /** The newest ingest of each model. */
  async latestForModels(modelIds: readonly string[]): Promise<IngestRecord[]> {
    const rows = await this.prisma.ingest.findMany({
      where: { modelId: { in: validIds(modelIds) } },
      orderBy: [{ modelId: 'asc' }, { createdAt: 'desc' }, { id: 'desc' }],
      distinct: ['modelId'],
    });
    return rows.map(toRecord);
  }

  /** Oldest first. */
  async page(options: {
    states?: IngestState[];
    after?: CreatedPosition;
    first: number;
  }): Promise<IngestRecord[]> {
    const { states, after, first } = options;
    const rows = await this.prisma.ingest.findMany({
      where: { AND: [states ? { state: { in: states } } : {}, after ? createdAfter(after) : {}] },
      orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      take: first,
    });
    return rows.map(toRecord);
  }

  private async finish(
    id: string,
    data: Prisma.IngestUpdateManyMutationInput,
    client: Pick<PrismaClient, 'ingest'> = this.prisma,
  ): Promise<void> {
    await client.ingest.updateMany({
      where: { id: isId(id), state: { in: UNFINISHED } },
      data: { ...data, etaSeconds: null, leasedUntil: null, finishedAt: new Date() },
    });
  }
}

function modelExists(name: string, version: string): ProbelogError {
  return new ProbelogError(
    'MODEL_EXISTS',
    `${name} ${version} is registered already. Probe it again with reprobeModel, or remove it first.`,
    { name, version },
  );
}

function toRecord({ worker: _, ...row }: IngestModel): IngestRecord {
  return { ...row, peakMemoryBytes: row.peakMemoryBytes === null ? null : Number(row.peakMemoryBytes) };
}
