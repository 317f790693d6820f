import { ProbelogError } from '../../errors/index.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import type { IngestModel } from '../generated/models.js';
import { isId, validIds } from '../ids.js';
import type { CreatedPosition, IngestRecord, IngestStage, IngestState } from '../records.js';
import { OURSELVES, seen, type Viewer } from '../viewer.js';
import { audit, modelSubject } from './audit.js';
import { changedModel, checkLabel, checkRegistry } from './changed-model.js';
import { type ClaimTerms, claimIngest } from './claim-ingest.js';
import { createdBefore } from './created-order.js';
import { registered } from './models.js';
import { type NewIngest, queueIngest, registerVersion } from './register-version.js';
import { retryIngest } from './retry-ingest.js';

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
  constructor(
    private readonly prisma: PrismaClient,
    private readonly viewer: Viewer = OURSELVES,
  ) {}

  /**
   * Registers a model version and queues its ingest, in one transaction. A version whose ingest failed or was
   * cancelled before it ever became visible is taken up again.
   *
   * @throws ProbelogError MODEL_EXISTS when the version is visible, or its ingest under way; PROBE_SET_UNKNOWN
   */
  async enqueue(ingest: NewIngest): Promise<IngestRecord> {
    const { name, version } = ingest;
    checkRegistry(this.viewer, ingest.registry);
    checkLabel(this.viewer, ingest.visibility);
    try {
      return await this.prisma.$transaction(async (tx) => {
        // One that is not seen is not taken up again either: its name is taken, and that is all there is to know.
        const where = { name, version, AND: seen(this.viewer.sight) };
        const existing = await tx.model.findFirst({ where });
        if (existing && existing.status !== 'FAILED') throw modelExists(name, version);
        if (existing) checkRegistry(this.viewer, existing.registry);
        const queued = await registerVersion(tx, existing, ingest);
        const model = await tx.model.findUniqueOrThrow({ where: { id: queued.modelId } });
        await audit(tx, this.viewer, registered(model));
        return toRecord(queued);
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
      const model = await changedModel(tx, this.viewer, modelId);
      if (!model) throw noModel();
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
      if (!last) throw noModel();
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
      await audit(tx, this.viewer, {
        action: 'MODEL_REPROBED',
        subject: modelSubject(model),
        modelId,
        details: { probeSet: probeSetId ?? model.probeSetId },
      });
      return toRecord(await queueIngest(tx, modelId, { request, priority: 0, lane: last.lane }));
    });
  }

  /** Takes the ingest whose turn it is for this worker; null when none is due. A dead worker's are taken over. */
  async claim(worker: string, leaseMs: number, terms: ClaimTerms = {}): Promise<IngestRecord | null> {
    const id = await claimIngest(this.prisma, worker, leaseMs, terms);
    return id === null ? null : ((await this.byIds([id]))[0] ?? null);
  }

  /** Keeps a claim alive; false when it is no longer this worker's. */
  async renew(id: string, worker: string, leaseMs: number): Promise<boolean> {
    const changed = await this.prisma.$executeRaw`
      UPDATE "ingest" SET "leased_until" = now() + ${leaseMs} * interval '1 millisecond'
      WHERE "id" = ${id}::uuid AND "worker" = ${worker} AND "state" = 'RUNNING'`;
    return changed > 0;
  }

  /** Notes how far an ingest is. A finished batch (`further`) also shows that it is not what kills processes. */
  async progress(
    id: string,
    progress: { stage: IngestStage; done: number; total: number; etaSeconds: number | null },
    further = false,
  ): Promise<void> {
    const data = further ? { ...progress, kills: 0 } : progress;
    await this.prisma.ingest.updateMany({ where: { id, state: 'RUNNING' }, data });
  }

  /** @param peakMemoryBytes of the process that ran the model */
  async succeed(id: string, peakMemoryBytes: number): Promise<void> {
    await this.finish(id, { state: 'SUCCEEDED', stage: 'DONE', peakMemoryBytes: BigInt(peakMemoryBytes) });
  }

  /**
   * Records why an ingest failed; a model that was visible before stays so.
   *
   * @param worker whose ingest it must still be; anybody's when absent
   */
  async fail(id: string, errorCode: string, errorMessage: string, worker?: string): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      await this.finish(id, { state: 'FAILED', errorCode, errorMessage }, tx, { worker });
      await tx.model.updateMany({
        where: { status: 'PENDING', ingests: { some: { id: isId(id), state: 'FAILED' } } },
        data: { status: 'FAILED' },
      });
    });
  }

  /** Puts an ingest of this worker that failed for a reason that may pass back into the queue, to be tried later. */
  async retryLater(
    id: string,
    worker: string,
    { code, message, delayMs }: { code: string; message: string; delayMs: number },
  ): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE "ingest" SET "state" = 'QUEUED', "worker" = NULL, "leased_until" = NULL, "eta_seconds" = NULL,
        "failures" = "failures" + 1, "kills" = 0, "error_code" = ${code}, "error_message" = ${message},
        "next_attempt_at" = now() + ${delayMs} * interval '1 millisecond'
      WHERE "id" = ${id}::uuid AND "worker" = ${worker} AND "state" = 'RUNNING'`;
  }

  /** Ends an ingest that waits for another attempt, with the reason why the last one failed. */
  async giveUp(id: string): Promise<void> {
    const [ingest] = await this.byIds([id]);
    if (ingest?.state !== 'QUEUED' || ingest.errorCode === null) return;
    await this.fail(id, ingest.errorCode, ingest.errorMessage ?? '');
  }

  /** See {@link retryIngest}. @throws ProbelogError NOT_FOUND, INGEST_NOT_RETRYABLE */
  async retry(id: string): Promise<IngestRecord> {
    return this.prisma.$transaction(async (tx) => {
      const model = await this.modelOf(tx, id);
      const retried = toRecord(await retryIngest(tx, id));
      if (model) await audit(tx, this.viewer, { action: 'INGEST_RETRIED', ...model });
      return retried;
    });
  }

  /** Ends an unfinished ingest; a finished one stays as it is. @throws ProbelogError NOT_FOUND */
  async cancel(id: string): Promise<IngestRecord> {
    await this.prisma.$transaction(async (tx) => {
      const model = await this.modelOf(tx, id);
      const ended = await this.finish(id, { state: 'CANCELLED', errorCode: 'INGEST_CANCELLED' }, tx);
      if (ended > 0 && model) await audit(tx, this.viewer, { action: 'INGEST_CANCELLED', ...model });
      await tx.model.updateMany({
        where: { status: 'PENDING', ingests: { some: { id: isId(id), state: 'CANCELLED' } } },
        data: { status: 'FAILED' },
      });
    });
    const [ingest] = await this.byIds([id]);
    if (!ingest) throw noIngest();
    return ingest;
  }

  /** Puts a running ingest back into the queue, for a worker that stops and lives. */
  async release(id: string, worker: string): Promise<void> {
    await this.prisma.ingest.updateMany({
      where: { id, worker, state: 'RUNNING' },
      data: { state: 'QUEUED', worker: null, leasedUntil: null, kills: 0 },
    });
  }

  /** Ends every lease, when no worker can be alive; the next claim sees to the ingests. */
  async endLeases(): Promise<void> {
    await this.prisma.ingest.updateMany({ where: { state: 'RUNNING' }, data: { leasedUntil: new Date(0) } });
  }

  /** In no order; unknown ids are left out. */
  async byIds(ids: readonly string[]): Promise<IngestRecord[]> {
    const where = { id: { in: validIds(ids) }, model: seen(this.viewer.sight) };
    return (await this.prisma.ingest.findMany({ where })).map(toRecord);
  }

  /** The newest ingest of each model. */
  async latestForModels(modelIds: readonly string[]): Promise<IngestRecord[]> {
    const rows = await this.prisma.ingest.findMany({
      where: { modelId: { in: validIds(modelIds) }, model: seen(this.viewer.sight) },
      orderBy: [{ modelId: 'asc' }, { createdAt: 'desc' }, { id: 'desc' }],
      distinct: ['modelId'],
    });
    return rows.map(toRecord);
  }

  /** Newest first. */
  async page(options: {
    states?: IngestState[];
    /** Only of models that came from this one. */
    registry?: string;
    after?: CreatedPosition;
    first: number;
  }): Promise<IngestRecord[]> {
    const { states, registry, after, first } = options;
    const where: Prisma.IngestWhereInput = {
      state: states && { in: states },
      lane: registry,
      model: seen(this.viewer.sight),
      AND: after ? createdBefore(after) : {},
    };
    const rows = await this.prisma.ingest.findMany({
      where,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: first,
    });
    return rows.map(toRecord);
  }

  private async finish(
    id: string,
    data: Prisma.IngestUpdateManyMutationInput,
    client: Pick<PrismaClient, 'ingest'> = this.prisma,
    { worker }: { worker?: string } = {},
  ): Promise<number> {
    const { count } = await client.ingest.updateMany({
      where: { id: isId(id), state: { in: UNFINISHED }, worker },
      data: { ...data, etaSeconds: null, leasedUntil: null, nextAttemptAt: null, finishedAt: new Date() },
    });
    return count;
  }

  /**
   * The model whose ingest somebody is about to change, as the audit calls it; null for this program itself.
   *
   * @throws ProbelogError NOT_FOUND when they do not see it, FORBIDDEN
   */
  private async modelOf(
    tx: Prisma.TransactionClient,
    id: string,
  ): Promise<{ modelId: string; subject: string } | null> {
    if (this.viewer.actor === null && this.viewer.sight === 'ALL') return null;
    const ingest = await tx.ingest.findFirst({ where: { id: isId(id) }, select: { modelId: true } });
    const model = ingest && (await changedModel(tx, this.viewer, ingest.modelId));
    if (!model) throw noIngest();
    return { modelId: model.id, subject: modelSubject(model) };
  }
}

function noModel(): ProbelogError {
  return new ProbelogError('NOT_FOUND', 'There is no model with this id.');
}

function noIngest(): ProbelogError {
  return new ProbelogError('NOT_FOUND', 'There is no ingest with this id.');
}

function modelExists(name: string, version: string): ProbelogError {
  return new ProbelogError(
    'MODEL_EXISTS',
    `${name} ${version} is registered already. Probe it again with reprobeModel, or remove it first.`,
    { name, version },
  );
}

function toRecord({ worker: _, lane: __, claimedAt: ___, ...row }: IngestModel): IngestRecord {
  return { ...row, peakMemoryBytes: row.peakMemoryBytes === null ? null : Number(row.peakMemoryBytes) };
}
