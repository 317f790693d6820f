import { ProbelogError } from '../../errors/index.js';
import { audit, modelSubject } from '../access/audit.js';
import { INTERNAL_VIEWER, type Viewer, visible } from '../access/viewer.js';
import { createdBefore } from '../database/created-order.js';
import { isId, validIds } from '../database/ids.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import type { IngestModel } from '../generated/models.js';
import { changedModel, checkLabel, checkRegistry } from '../models/changed-model.js';
import {
  DIRECT_LANE,
  type NewIngest,
  queueIngest,
  registered,
  registerVersion,
} from '../models/register-version.js';
import type { CreatedPosition, IngestRecord, IngestStage, IngestState } from '../records.js';
import { type Claim, ClaimLost, claimed } from './claim.js';
import { type ClaimTerms, claimIngest } from './claim-ingest.js';
import { lockIngests } from './lock-ingests.js';
import { retryIngest } from './retry-ingest.js';

/** States of ingests that are still to end. */
export const UNFINISHED: IngestState[] = ['QUEUED', 'RUNNING'];

/** An ingest that a worker has taken up. */
export interface ClaimedIngest extends IngestRecord {
  claim: Claim;
}

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
    private readonly viewer: Viewer = INTERNAL_VIEWER,
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
        const where = { name, version, AND: visible(this.viewer.visibilityScope) };
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
   * probed is never taken over from it: without `probing`, the settings of the moment decide. Labels that were set since
   * stay. It takes the turn of what is asked for directly, whichever registry the model came from.
   *
   * @throws ProbelogError NOT_FOUND; MODEL_EXISTS when an ingest of it is under way
   */
  async enqueueReprobe(modelId: string, { probeSetId, probing }: ReprobeChanges = {}): Promise<IngestRecord> {
    return this.prisma.$transaction(async (tx) => {
      await lockIngests(tx, validIds([modelId]));
      // Of two that ask at once only one queues an ingest.
      await tx.$queryRaw`SELECT "id" FROM "model" WHERE "id" = ANY(${validIds([modelId])}::uuid[]) FOR UPDATE`;
      const model = await changedModel(tx, this.viewer, modelId);
      if (!model) throw noModel();
      // A failed model is taken up again: it must not be registered anew meanwhile.
      await tx.model.updateMany({
        where: { id: isId(modelId), status: 'FAILED' },
        data: { status: 'PENDING' },
      });
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
      const { probing: _, mayBeGone: __, labels, ...kept } = last.request as Record<string, unknown>;
      const overruled = model.labelsSetAt !== null && model.labelsSetAt > last.createdAt;
      const request = {
        ...kept,
        ...(labels === undefined || overruled ? {} : { labels }),
        ...(probing === undefined ? {} : { probing }),
        ...(probeSetId === undefined ? {} : { probeSet: probeSetId }),
      };
      await audit(tx, this.viewer, {
        action: 'MODEL_REPROBED',
        subject: modelSubject(model),
        modelId,
        details: { probeSet: probeSetId ?? model.probeSetId },
      });
      return toRecord(await queueIngest(tx, modelId, { request, priority: 0, lane: DIRECT_LANE }));
    });
  }

  /** Takes the ingest whose turn it is for this worker; null when none is due. A dead worker's are taken over. */
  async claim(worker: string, leaseMs: number, terms: ClaimTerms = {}): Promise<ClaimedIngest | null> {
    const id = await claimIngest(this.prisma, worker, leaseMs, terms);
    const [ingest] = id === null ? [] : await this.byIds([id]);
    return ingest ? { ...ingest, claim: { ingestId: ingest.id, worker, attempt: ingest.attempts } } : null;
  }

  /** Keeps a claim alive; false when it ended. */
  async renew({ ingestId, worker, attempt }: Claim, leaseMs: number): Promise<boolean> {
    const changed = await this.prisma.$executeRaw`
      UPDATE "ingest" SET "leased_until" = now() + ${leaseMs} * interval '1 millisecond'
      WHERE "id" = ${ingestId}::uuid AND "worker" = ${worker} AND "attempts" = ${attempt} AND "state" = 'RUNNING'`;
    return changed > 0;
  }

  /**
   * Notes how far an ingest is. A finished batch (`further`) also shows that it is not what kills processes.
   *
   * @throws ClaimLost
   */
  async progress(
    claim: Claim,
    progress: { stage: IngestStage; done: number; total: number; etaSeconds: number | null },
    further = false,
  ): Promise<void> {
    const data = further ? { ...progress, kills: 0 } : progress;
    const { count } = await this.prisma.ingest.updateMany({ where: claimed(claim), data });
    if (count === 0) throw new ClaimLost(claim);
  }

  /** @param peakMemoryBytes of the process that ran the model @throws ClaimLost */
  async succeed(claim: Claim, peakMemoryBytes: number): Promise<void> {
    const end = { state: 'SUCCEEDED', stage: 'DONE', peakMemoryBytes: BigInt(peakMemoryBytes) } as const;
    const { count } = await this.prisma.ingest.updateMany({ where: claimed(claim), data: ended(end) });
    if (count === 0) throw new ClaimLost(claim);
  }

  /** Records why an ingest failed; a model that was visible before stays so. @throws ClaimLost */
  async fail(claim: Claim, errorCode: string, errorMessage: string): Promise<void> {
    const { ingestId } = claim;
    if (!(await this.end(ingestId, claimed(claim), ended({ state: 'FAILED', errorCode, errorMessage }))))
      throw new ClaimLost(claim);
  }

  /** Puts an ingest that failed for a reason that may pass back into the queue, to be tried later. @throws ClaimLost */
  async retryLater(
    claim: Claim,
    { code, message, delayMs }: { code: string; message: string; delayMs: number },
  ): Promise<void> {
    const { ingestId, worker, attempt } = claim;
    const changed = await this.prisma.$executeRaw`
      UPDATE "ingest" SET "state" = 'QUEUED', "worker" = NULL, "leased_until" = NULL, "eta_seconds" = NULL,
        "failures" = "failures" + 1, "kills" = 0, "error_code" = ${code}, "error_message" = ${message},
        "next_attempt_at" = now() + ${delayMs} * interval '1 millisecond'
      WHERE "id" = ${ingestId}::uuid AND "worker" = ${worker} AND "attempts" = ${attempt} AND "state" = 'RUNNING'`;
    if (changed === 0) throw new ClaimLost(claim);
  }

  /** Ends an ingest that waits for another attempt, with the reason why the last one failed. */
  async giveUp(id: string): Promise<void> {
    const [ingest] = await this.byIds([id]);
    if (ingest?.state !== 'QUEUED' || ingest.errorCode === null) return;
    await this.end(id, { id: isId(id), state: 'QUEUED' }, ended({ state: 'FAILED' }));
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

  /**
   * Ends an unfinished ingest; a finished one stays as it is. Its lease stays: until it is over, the worker may be at it still
   * (see `retryIngest`).
   *
   * @throws ProbelogError NOT_FOUND
   */
  async cancel(id: string): Promise<IngestRecord> {
    const { leasedUntil: _, ...end } = ended({ state: 'CANCELLED', errorCode: 'INGEST_CANCELLED' });
    await this.prisma.$transaction(async (tx) => {
      const model = await this.modelOf(tx, id);
      const isEnded = await this.end(id, { id: isId(id), state: { in: UNFINISHED } }, end, tx);
      if (isEnded && model) await audit(tx, this.viewer, { action: 'INGEST_CANCELLED', ...model });
    });
    const [ingest] = await this.byIds([id]);
    if (!ingest) throw noIngest();
    return ingest;
  }

  /** Puts a running ingest back into the queue, for a worker that stops and lives. */
  async release(claim: Claim): Promise<void> {
    await this.prisma.ingest.updateMany({
      where: claimed(claim),
      data: { state: 'QUEUED', worker: null, leasedUntil: null, kills: 0 },
    });
  }

  /** Ends every lease, when no worker can be alive; the next claim sees to the ingests. */
  async endLeases(): Promise<void> {
    await this.prisma.ingest.updateMany({ where: { state: 'RUNNING' }, data: { leasedUntil: new Date(0) } });
  }

  /** In no order; unknown ids are left out. */
  async byIds(ids: readonly string[]): Promise<IngestRecord[]> {
    const where = { id: { in: validIds(ids) }, model: visible(this.viewer.visibilityScope) };
    return (await this.prisma.ingest.findMany({ where })).map(toRecord);
  }

  /** The newest ingest of each model. */
  async latestForModels(modelIds: readonly string[]): Promise<IngestRecord[]> {
    const rows = await this.prisma.ingest.findMany({
      where: { modelId: { in: validIds(modelIds) }, model: visible(this.viewer.visibilityScope) },
      orderBy: [{ modelId: 'asc' }, { createdAt: 'desc' }, { id: 'desc' }],
      distinct: ['modelId'],
    });
    return rows.map(toRecord);
  }

  /** How many there are in each state, and how many of the running ones nobody keeps up: their worker is gone. */
  async counts(): Promise<Partial<Record<IngestState, number>> & { abandoned: number }> {
    const model = visible(this.viewer.visibilityScope);
    const states = await this.prisma.ingest.groupBy({ by: ['state'], where: { model }, _count: true });
    const abandoned = await this.prisma.ingest.count({
      where: { model, state: 'RUNNING', leasedUntil: { lt: new Date() } },
    });
    return { ...Object.fromEntries(states.map(({ state, _count }) => [state, _count])), abandoned };
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
      model: { AND: [registry === undefined ? {} : { registry }, visible(this.viewer.visibilityScope)] },
      AND: after ? createdBefore(after) : {},
    };
    const rows = await this.prisma.ingest.findMany({
      where,
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: first,
    });
    return rows.map(toRecord);
  }

  /** Ends an ingest without success, and with it a model that never became visible; false when the condition does not hold. */
  private async end(
    id: string,
    where: Prisma.IngestWhereInput,
    data: Prisma.IngestUpdateManyMutationInput,
    within?: Prisma.TransactionClient,
  ): Promise<boolean> {
    if (!within) return this.prisma.$transaction((tx) => this.end(id, where, data, tx));
    const { count } = await within.ingest.updateMany({ where, data });
    if (count === 0) return false;
    await within.model.updateMany({
      where: { status: 'PENDING', ingests: { some: { id: isId(id) } } },
      data: { status: 'FAILED' },
    });
    return true;
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
    if (this.viewer.actor === null && this.viewer.visibilityScope === 'ALL') return null;
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

function ended<End extends Prisma.IngestUpdateManyMutationInput>(end: End) {
  return { ...end, etaSeconds: null, leasedUntil: null, nextAttemptAt: null, finishedAt: new Date() };
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
