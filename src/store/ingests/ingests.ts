import { ProbelogError } from '../../errors/index.js';
import { audit, modelTarget } from '../access/audit.js';
import { checkRegistry, checkVisibility, findChangeable } from '../access/check-access.js';
import { INTERNAL_VIEWER, type Viewer, visible } from '../access/viewer.js';
import { createdBefore } from '../database/created-order.js';
import { isId, validIds } from '../database/ids.js';
import type { Prisma, PrismaClient } from '../generated/client.js';
import type { IngestModel } from '../generated/models.js';
import {
  DIRECT_LANE,
  type NewIngest,
  queueIngest,
  registerVersion,
  registrationAudit,
} from '../models/register-version.js';
import {
  type CreatedPosition,
  ENDED_UNPUBLISHED,
  type IngestRecord,
  type IngestStage,
  type IngestState,
  LONG_COLUMNS,
} from '../records.js';
import { type Claim, ClaimLost, claimed, lockClaim } from './claim.js';
import { type ClaimTerms, claimIngest, WAITING_STATE } from './claim-ingest.js';
import { lockIngests } from './lock-ingests.js';
import { retryIngest } from './retry-ingest.js';

/** States of unfinished ingests. */
export const UNFINISHED: IngestState[] = ['QUEUED', 'AWAITING_RUNNER', 'RUNNING'];

/** An ingest with its claim. */
export interface ClaimedIngest extends IngestRecord {
  claim: Claim;
  /** As it was queued. It may hold all labels of a model, so only the worker reads it. */
  request: unknown;
  /** The registry whose turn it takes, or `DIRECT_LANE`. */
  lane: string;
}

/** How another probing of a model differs from the last one. */
export interface ReprobeChanges {
  /** Another probe set. */
  probeSetId?: string;
  /** How much is probed. Stored for the worker; the store does not interpret it. */
  probing?: unknown;
}

/** Conditions on ingests; all of them must hold. */
export interface IngestFilter {
  states?: IngestState[];
  /** Only ingests of this registry's models. */
  registry?: string;
  /** Only ingests of this model. */
  modelId?: string;
}

/** The queue of models to probe. Finished ingests stay in it as records. */
export class Ingests {
  constructor(
    private readonly prisma: PrismaClient,
    private readonly viewer: Viewer = INTERNAL_VIEWER,
  ) {}

  /**
   * Registers a model version and queues its ingest, in one transaction. A version whose ingest failed or was cancelled
   * before it was ever published is reused.
   *
   * @throws ProbelogError MODEL_EXISTS when the version is published or being probed; PROBE_SET_UNKNOWN
   */
  async enqueue(ingest: NewIngest): Promise<IngestRecord> {
    const { name, version } = ingest;
    checkRegistry(this.viewer, ingest.registry);
    checkVisibility(this.viewer, ingest.visibility);
    try {
      return await this.prisma.$transaction(async (tx) => {
        // A version that the viewer does not see is not reused: creating it fails, and only its name proves to be taken.
        const where = { name, version, AND: visible(this.viewer.visibilityScope) };
        const existing = await tx.model.findFirst({ where, omit: LONG_COLUMNS });
        if (existing && !ENDED_UNPUBLISHED.includes(existing.status)) throw modelExists(name, version);
        if (existing) checkRegistry(this.viewer, existing.registry);
        const queued = await registerVersion(tx, existing, ingest);
        const model = await tx.model.findUniqueOrThrow({ where: { id: queued.modelId }, omit: LONG_COLUMNS });
        await audit(tx, this.viewer, registrationAudit(model));
        return toRecord(queued);
      });
    } catch (thrown) {
      const { code } = thrown as { code?: string };
      if (code === 'P2003') throw new ProbelogError('PROBE_SET_UNKNOWN', 'The probe set was removed.');
      // Another transaction registered the same version at the same time.
      if (code === 'P2002' || code === 'P2025' || code === 'P2034') throw modelExists(name, version);
      throw thrown;
    }
  }

  /**
   * Queues another probing of a registered model, with the request of its last ingest and these changes. The amount of
   * probing is never inherited: without `probing`, the current settings decide. Labels that were set since stay. The ingest
   * goes to the lane of direct requests, whichever registry the model came from.
   *
   * @throws ProbelogError NOT_FOUND; MODEL_EXISTS when the model has an unfinished ingest
   */
  async enqueueReprobe(modelId: string, { probeSetId, probing }: ReprobeChanges = {}): Promise<IngestRecord> {
    return this.prisma.$transaction(async (tx) => {
      await lockIngests(tx, validIds([modelId]));
      // Only one of two simultaneous requests queues an ingest.
      await tx.$queryRaw`SELECT "id" FROM "model" WHERE "id" = ANY(${validIds([modelId])}::uuid[]) FOR UPDATE`;
      const model = await findChangeable(tx, this.viewer, modelId);
      if (!model) throw noModel();
      // A failed model could otherwise be registered again in the meantime.
      await tx.model.updateMany({
        where: { id: isId(modelId), status: { in: ENDED_UNPUBLISHED } },
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
          'This model has an unfinished ingest. Wait for it, or cancel it.',
        );
      }
      const { probing: _, mayBeGone: __, labels, ...kept } = last.request as Record<string, unknown>;
      const hasNewerLabels = model.labelsSetAt !== null && model.labelsSetAt > last.createdAt;
      const request = {
        ...kept,
        ...(labels === undefined || hasNewerLabels ? {} : { labels }),
        ...(probing === undefined ? {} : { probing }),
        ...(probeSetId === undefined ? {} : { probeSet: probeSetId }),
      };
      await audit(tx, this.viewer, {
        action: 'MODEL_REPROBED',
        target: modelTarget(model),
        modelId,
        details: { probeSet: probeSetId ?? model.probeSetId },
      });
      return toRecord(await queueIngest(tx, modelId, { request, priority: 0, lane: DIRECT_LANE }));
    });
  }

  /** Claims the next ingest for a worker or a runner; null when none is due. Ingests of dead workers are included. */
  async claim(worker: string, leaseMs: number, terms: ClaimTerms = {}): Promise<ClaimedIngest | null> {
    const id = await claimIngest(this.prisma, worker, leaseMs, { ...terms, viewer: this.viewer });
    const [ingest] = id === null ? [] : await this.byIds([id]);
    if (!ingest) return null;
    const claim = { ingestId: ingest.id, worker, attempt: ingest.attempts };
    const { request, lane } = await this.prisma.ingest.findUniqueOrThrow({
      where: { id: ingest.id },
      select: { request: true, lane: true },
    });
    return { ...ingest, request, lane, claim };
  }

  /** Renews the lease of a claim; false when the claim has ended. */
  async renew({ ingestId, worker, attempt }: Claim, leaseMs: number): Promise<boolean> {
    const changed = await this.prisma.$executeRaw`
      UPDATE "ingest" SET "leased_until" = now() + ${leaseMs} * interval '1 millisecond'
      WHERE "id" = ${ingestId}::uuid AND "worker" = ${worker} AND "attempts" = ${attempt} AND "state" = 'RUNNING'`;
    return changed > 0;
  }

  /**
   * Records the progress of an ingest.
   *
   * @param finishedBatch whether a batch was finished: then the ingest does not kill its worker, and the count starts again
   * @throws ClaimLost
   */
  async progress(
    claim: Claim,
    progress: { stage: IngestStage; done: number; total: number; etaSeconds: number | null },
    finishedBatch = false,
  ): Promise<void> {
    const data = finishedBatch ? { ...progress, kills: 0 } : progress;
    const { count } = await this.prisma.ingest.updateMany({ where: claimed(claim), data });
    if (count === 0) throw new ClaimLost(claim);
  }

  /** @param peakMemoryBytes of the model worker @throws ClaimLost */
  async succeed(claim: Claim, peakMemoryBytes: number): Promise<void> {
    const end = { state: 'SUCCEEDED', stage: 'DONE', peakMemoryBytes: BigInt(peakMemoryBytes) } as const;
    const { count } = await this.prisma.ingest.updateMany({ where: claimed(claim), data: ended(end) });
    if (count === 0) throw new ClaimLost(claim);
  }

  /**
   * Records why an ingest failed, or why its version is no image classifier. A model that was published before stays
   * searchable.
   *
   * @throws ClaimLost
   */
  async fail(
    claim: Claim,
    errorCode: string,
    errorMessage: string,
    state: 'FAILED' | 'NOT_APPLICABLE' = 'FAILED',
  ): Promise<void> {
    const { ingestId } = claim;
    if (!(await this.end(ingestId, claimed(claim), ended({ state, errorCode, errorMessage }))))
      throw new ClaimLost(claim);
  }

  /**
   * Leaves an ingest to the runners: its version has no file that this server runs.
   *
   * @param flavors that a runner needs one of, the best first
   * @param revision of the version in its registry
   * @throws ClaimLost
   */
  async awaitRunner(claim: Claim, flavors: readonly string[], revision: string | null): Promise<void> {
    await this.prisma.$transaction(async (tx) => {
      const { modelId } = await lockClaim(tx, claim);
      await tx.model.update({
        where: { id: modelId },
        data: { fileDigest: null, fileBytes: null, revision },
      });
      await tx.modelDataFile.deleteMany({ where: { modelId } });
      await tx.ingest.update({
        where: { id: claim.ingestId },
        data: {
          state: 'AWAITING_RUNNER',
          stage: 'QUEUED',
          runnerFlavors: [...flavors],
          worker: null,
          leasedUntil: null,
          kills: 0,
        },
      });
    });
  }

  /**
   * Leaves a claimed ingest to runners of other flavors, with the reason why this one could not run it.
   *
   * @throws ClaimLost
   */
  async awaitOtherRunner(
    claim: Claim,
    flavors: readonly string[],
    { code, message }: { code: string; message: string },
  ): Promise<void> {
    const { count } = await this.prisma.ingest.updateMany({
      where: claimed(claim),
      data: {
        state: 'AWAITING_RUNNER',
        stage: 'QUEUED',
        runnerFlavors: [...flavors],
        errorCode: code,
        errorMessage: message,
        worker: null,
        leasedUntil: null,
        kills: 0,
      },
    });
    if (count === 0) throw new ClaimLost(claim);
  }

  /** The worker that has, or had, an ingest, with its attempt; null when there is none. */
  async holder(ingestId: string): Promise<Claim | null> {
    const row = await this.prisma.ingest.findFirst({
      where: { id: isId(ingestId), model: visible(this.viewer.visibilityScope) },
      select: { worker: true, attempts: true },
    });
    return row?.worker ? { ingestId, worker: row.worker, attempt: row.attempts } : null;
  }

  /** Requeues an ingest that failed for a temporary reason, with a delay. @throws ClaimLost */
  async retryLater(
    claim: Claim,
    { code, message, delayMs }: { code: string; message: string; delayMs: number },
  ): Promise<void> {
    const { ingestId, worker, attempt } = claim;
    const changed = await this.prisma.$executeRaw`
      UPDATE "ingest" SET "state" = ${WAITING_STATE}, "worker" = NULL, "leased_until" = NULL, "eta_seconds" = NULL,
        "failures" = "failures" + 1, "kills" = 0, "error_code" = ${code}, "error_message" = ${message},
        "next_attempt_at" = now() + ${delayMs} * interval '1 millisecond'
      WHERE "id" = ${ingestId}::uuid AND "worker" = ${worker} AND "attempts" = ${attempt} AND "state" = 'RUNNING'`;
    if (changed === 0) throw new ClaimLost(claim);
  }

  /**
   * Ends an ingest that waits for a retry, with the error of its last failure. Any other ingest stays as it is.
   *
   * @throws ProbelogError NOT_FOUND, FORBIDDEN
   */
  async giveUp(id: string): Promise<void> {
    const waiting = {
      id: isId(id),
      state: { in: ['QUEUED', 'AWAITING_RUNNER'] },
      errorCode: { not: null },
    } satisfies Prisma.IngestWhereInput;
    await this.prisma.$transaction(async (tx) => {
      const model = await this.modelOf(tx, id);
      const isEnded = await this.end(id, waiting, ended({ state: 'FAILED' }), tx);
      if (!isEnded || !model) return;
      await audit(tx, this.viewer, { action: 'INGEST_CANCELLED', ...model, details: { gaveUp: true } });
    });
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
   * Cancels an unfinished ingest; a finished one stays as it is. Its lease stays, because the worker may still be running it
   * until the lease ends (see `retryIngest`).
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

  /** Requeues a running ingest when its worker shuts down. */
  async release({ ingestId, worker, attempt }: Claim): Promise<void> {
    await this.prisma.$executeRaw`
      UPDATE "ingest" SET "state" = ${WAITING_STATE}, "worker" = NULL, "leased_until" = NULL, "kills" = 0
      WHERE "id" = ${ingestId}::uuid AND "worker" = ${worker} AND "attempts" = ${attempt} AND "state" = 'RUNNING'`;
  }

  /** Ends all leases of workers, so that the next claim requeues their ingests. Only when none of them can be alive. */
  async endLeases(): Promise<void> {
    await this.prisma.ingest.updateMany({
      // Runners are other programs, and live on while this server restarts.
      where: { state: 'RUNNING', runnerFlavors: { isEmpty: true } },
      data: { leasedUntil: new Date(0) },
    });
  }

  /** In no order; unknown ids are left out. */
  async byIds(ids: readonly string[]): Promise<IngestRecord[]> {
    const where = { id: { in: validIds(ids) }, model: visible(this.viewer.visibilityScope) };
    return (await this.prisma.ingest.findMany({ where, omit: { request: true } })).map(toRecord);
  }

  /** What an ingest was queued with; null when there is no such ingest. */
  async request(id: string): Promise<unknown> {
    const where = { id: isId(id), model: visible(this.viewer.visibilityScope) };
    const row = await this.prisma.ingest.findFirst({ where, select: { request: true } });
    return row?.request ?? null;
  }

  /** The newest ingest of each model. */
  async latestForModels(modelIds: readonly string[]): Promise<IngestRecord[]> {
    const rows = await this.prisma.ingest.findMany({
      where: { modelId: { in: validIds(modelIds) }, model: visible(this.viewer.visibilityScope) },
      orderBy: [{ modelId: 'asc' }, { createdAt: 'desc' }, { id: 'desc' }],
      distinct: ['modelId'],
      omit: { request: true },
    });
    return rows.map(toRecord);
  }

  /**
   * Number of ingests in each state. Of the running ones, `atRunners` are for runners; `abandoned` are not, and their lease has
   * expired: their worker is dead.
   */
  async counts(): Promise<Partial<Record<IngestState, number>> & { atRunners: number; abandoned: number }> {
    const model = visible(this.viewer.visibilityScope);
    const states = await this.prisma.ingest.groupBy({ by: ['state'], where: { model }, _count: true });
    const atRunners = await this.prisma.ingest.count({
      where: { model, state: 'RUNNING', runnerFlavors: { isEmpty: false } },
    });
    const abandoned = await this.prisma.ingest.count({
      where: { model, state: 'RUNNING', runnerFlavors: { isEmpty: true }, leasedUntil: { lt: new Date() } },
    });
    return {
      ...Object.fromEntries(states.map(({ state, _count }) => [state, _count])),
      atRunners,
      abandoned,
    };
  }

  /** Newest first. */
  async page({
    after,
    first,
    ...filter
  }: IngestFilter & { after?: CreatedPosition; first: number }): Promise<IngestRecord[]> {
    const rows = await this.prisma.ingest.findMany({
      where: { AND: [this.where(filter), after ? createdBefore(after) : {}] },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: first,
      omit: { request: true },
    });
    return rows.map(toRecord);
  }

  async count(filter: IngestFilter): Promise<number> {
    return this.prisma.ingest.count({ where: this.where(filter) });
  }

  private where({ states, registry, modelId }: IngestFilter): Prisma.IngestWhereInput {
    return {
      state: states && { in: states },
      modelId: modelId === undefined ? undefined : isId(modelId),
      model: { AND: [registry === undefined ? {} : { registry }, visible(this.viewer.visibilityScope)] },
    };
  }

  /** Ends an ingest without success, and with it a model that was never published; false when the condition does not hold. */
  private async end(
    id: string,
    where: Prisma.IngestWhereInput,
    data: IngestEnd,
    within?: Prisma.TransactionClient,
  ): Promise<boolean> {
    if (!within) return this.prisma.$transaction((tx) => this.end(id, where, data, tx));
    const { count } = await within.ingest.updateMany({ where, data });
    if (count === 0) return false;
    await within.model.updateMany({
      where: { status: 'PENDING', ingests: { some: { id: isId(id) } } },
      data: { status: data.state === 'NOT_APPLICABLE' ? 'NOT_APPLICABLE' : 'FAILED' },
    });
    return true;
  }

  /**
   * The model of an ingest that the viewer is about to change, for the audit; null for this program itself.
   *
   * @throws ProbelogError NOT_FOUND when the viewer does not see it; FORBIDDEN
   */
  private async modelOf(
    tx: Prisma.TransactionClient,
    id: string,
  ): Promise<{ modelId: string; target: string } | null> {
    if (this.viewer.actor === null && this.viewer.visibilityScope === 'ALL') return null;
    const ingest = await tx.ingest.findFirst({ where: { id: isId(id) }, select: { modelId: true } });
    const model = ingest && (await findChangeable(tx, this.viewer, ingest.modelId));
    if (!model) throw noIngest();
    return { modelId: model.id, target: modelTarget(model) };
  }
}

function noModel(): ProbelogError {
  return new ProbelogError('NOT_FOUND', 'There is no model with this id.');
}

function noIngest(): ProbelogError {
  return new ProbelogError('NOT_FOUND', 'There is no ingest with this id.');
}

/** How an ingest ends. */
interface IngestEnd {
  state: 'SUCCEEDED' | 'FAILED' | 'NOT_APPLICABLE' | 'CANCELLED';
  stage?: IngestStage;
  errorCode?: string;
  errorMessage?: string;
  peakMemoryBytes?: bigint;
}

function ended(end: IngestEnd) {
  return { ...end, etaSeconds: null, leasedUntil: null, nextAttemptAt: null, finishedAt: new Date() };
}

function modelExists(name: string, version: string): ProbelogError {
  return new ProbelogError(
    'MODEL_EXISTS',
    `${name} ${version} is already registered. Probe it again with reprobeModel, or remove it first.`,
    { name, version },
  );
}

function toRecord({
  worker: _,
  lane: __,
  claimedAt: ___,
  ...row
}: Omit<IngestModel, 'request'> & { request?: unknown }): IngestRecord {
  const { request: ____, peakMemoryBytes, ...record } = row;
  return { ...record, peakMemoryBytes: peakMemoryBytes === null ? null : Number(peakMemoryBytes) };
}
