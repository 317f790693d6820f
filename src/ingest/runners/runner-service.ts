import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Pace, type PaceLimits } from '../../download/index.js';
import { knownError, messageOf, ProbelogError } from '../../errors/index.js';
import { makeFolderDurably } from '../../lib/atomic-file.js';
import { exists } from '../../lib/exists.js';
import { Limiter } from '../../lib/limiter.js';
import { note } from '../../lib/notes.js';
import { SerialQueue } from '../../lib/serial-queue.js';
import { nextProbes, type ProbePlan } from '../../probing/index.js';
import {
  type Claim,
  type ClaimedIngest,
  ClaimLost,
  type IngestRecord,
  type ModelRecord,
  type ProbeSetRecord,
  type RunnerRecord,
  type Store,
} from '../../store/index.js';
import { fittingLabels } from '../pipeline/labels-that-fit.js';
import { decidePlan, type ProbeBudget, requestedBudget, type UsablePrior } from '../pipeline/probing-work.js';
import { publishedModel, storeResponses } from '../pipeline/store-responses.js';
import { type GalleryWriter, syncToGallery } from '../pipeline/sync-to-gallery.js';
import { discardWork, workFolderOf, workPath } from '../pipeline/work-folder.js';
import type { IngestRequest } from '../queue/ingest-request.js';
import { keepLease } from '../queue/lease.js';
import { ingestMaySucceedLater, type RetryPolicy, retryDelay } from '../queue/retry-delay.js';
import { receiveFile } from '../uploads/receive-file.js';
import { DECLARED, uploadsBusy } from '../uploads/response-uploads.js';
import type { UploadForm } from '../uploads/upload-form.js';
import { receivePiece } from './receive-piece.js';
import { claimLost, RUNNER_LEASE_MS, type RunnerClaimKey, runnerOf, workerOf } from './runner-claim.js';
import { type RunnerPiece, RunnerPieces } from './runner-pieces.js';
import {
  FAILURE_CODES,
  parseAnnouncement,
  parseFailure,
  parseResult,
  type RunnerResult,
} from './runner-request.js';

/** What the service needs. */
export interface RunnerServiceOptions {
  store: Store;
  gallery: GalleryWriter;
  /** For the pieces of unfinished ingests; shared with the workers. */
  workFolder: string;
  /** For files while they arrive. */
  uploadFolder: string;
  maxBytes: number;
  maxOutputs: number;
  /** Pieces at the same time. */
  maxConcurrent: number;
  pace?: PaceLimits;
  budget: ProbeBudget;
  retries: RetryPolicy;
  maxKills: number;
  /** The prior that a model's probes are chosen by; null while the gallery is too small for one. */
  prior(probeSetId: string, modelId: string): Promise<UsablePrior | null>;
  announce(ingestId: string): void;
  log(level: 'info' | 'error', message: string, details?: object): void;
}

/** A runner's work on an ingest, as the runner sees it. */
export interface RunnerWork {
  key: RunnerClaimKey;
  ingest: IngestRecord;
  model: ModelRecord;
  /** The first of the version's flavors that the runner has. */
  flavor: string;
  /** URI of the version in its registry. */
  source: string;
  probeSet: ProbeSetRecord;
  pieces: RunnerPiece[];
  /** Whether no further pieces follow. */
  complete: boolean;
  leasedUntil: Date;
}

/** A claim, with what it is about. */
interface OpenClaim {
  claim: Claim;
  ingest: IngestRecord;
  model: ModelRecord;
  request: IngestRequest & { probeSet: string };
  runner: RunnerRecord;
  flavor: string;
  probeSet: ProbeSetRecord;
  plan: ProbePlan | null;
  pieces: RunnerPieces;
}

/** A runner that was not seen for so long is taken for dead. */
const ALIVE_MS = RUNNER_LEASE_MS;

/** Each kind as an upload names it; undefined where the values tell. */
const UPLOAD_KINDS: Readonly<Record<RunnerResult['kind'], UploadForm['kind']>> = {
  UNKNOWN: undefined,
  LOGITS: 'logits',
  LOG_PROBABILITIES: 'log_probabilities',
  PROBABILITIES: 'probabilities',
  MULTI_LABEL_LOGITS: 'multi_label_logits',
  MULTI_LABEL_PROBABILITIES: 'multi_label_probabilities',
};

/** The largest number that an upload may have for a response, and what may stand before them. */
const MAX_NUMBER_BYTES = 8;
const MAX_HEADER_BYTES = 2 ** 20;
/** Claims whose pace is remembered: more than are worked on at once. */
const MAX_PACES = 1_000;

/**
 * Gives ingests to runners: programs elsewhere that run models which are not ONNX, in whatever framework.
 *
 *     AWAITING_RUNNER ── claim ──▶ RUNNING ── pieces of responses ──▶ complete ──▶ SUCCEEDED
 *            ▲                        │
 *            └── lease ended, released, or a failure that may pass        fail ──▶ FAILED, NOT_APPLICABLE
 *
 * - It is the queue of the workers (`IngestWorker`), with the same order, claims and limits; a claim's lease is longer.
 * - Each piece is on disk before its upload is answered. The next runner of the same flavor and software runs what is missing.
 * - Where the gallery has learned enough, the pieces are a choice of probes, made here as for models that are run here.
 *
 * Threat model: a key with the scope INGEST can register models with any responses anyway (`ResponseUploads`). Through this
 * service it can do so for versions that wait for a flavor that it announces, if it sees them. Only the actor that announced a
 * runner can use its claims.
 */
export class RunnerService {
  constructor(
    private readonly options: RunnerServiceOptions,
    /** Shared by all callers of this process. */
    private readonly shared = {
      uploads: new Limiter(options.maxConcurrent),
      publishing: new SerialQueue(),
      /** Since when, and with how many probes, this process knows of the claims, by ingest. */
      paces: new Map<string, { attempt: number; at: number; done: number }>(),
    },
  ) {}

  /** The same service for one caller, with the store of its viewer. */
  on(store: Store): RunnerService {
    return new RunnerService({ ...this.options, store }, this.shared);
  }

  /** @throws ProbelogError INPUT_INVALID */
  async announce(input: unknown): Promise<RunnerRecord> {
    return this.options.store.runners.announce(parseAnnouncement(input));
  }

  /** A page of the runners that live, by name. */
  alive(page: { first: number; after?: Pick<RunnerRecord, 'name' | 'id'> }): Promise<RunnerRecord[]> {
    return this.options.store.runners.alive(ALIVE_MS, page);
  }

  /**
   * Claims the next ingest that waits for one of a runner's flavors; null when none is due.
   *
   * @throws ProbelogError NOT_FOUND when the runner was not announced by this caller
   */
  async claim(runnerId: string): Promise<RunnerWork | null> {
    const { store, maxKills, log } = this.options;
    const runner = await this.ownRunner(runnerId);
    await store.runners.seen(runnerId);
    const ingest = await store.ingests.claim(workerOf(runnerId), RUNNER_LEASE_MS, {
      maxKills,
      flavors: runner.flavors,
    });
    if (!ingest) return null;
    log('info', 'a runner claimed an ingest', { ingest: ingest.id, runner: runner.name });
    try {
      const open = await this.open(ingest.claim);
      await this.report(open, 'FETCHING');
      return await this.workOf(open);
    } catch (thrown) {
      await this.giveUp(ingest, thrown);
      return null;
    }
  }

  /** An ingest that cannot be prepared must not be the first in line for ever. */
  private async giveUp({ id, claim, failures }: ClaimedIngest, thrown: unknown): Promise<void> {
    const { store, retries, log } = this.options;
    const error =
      knownError(thrown) ?? new ProbelogError('INTERNAL', 'An internal error. The log has the details.');
    const { code, message } = error;
    log('error', 'an ingest cannot be given to a runner', { ingest: id, code, reason: messageOf(thrown) });
    const delayMs = ingestMaySucceedLater(error) ? retryDelay(retries, failures + 1) : null;
    if (delayMs === null) await store.ingests.fail(claim, code, message);
    else await store.ingests.retryLater(claim, { code, message, delayMs });
    this.options.announce(id);
  }

  /** Renews a claim for another {@link RUNNER_LEASE_MS}. @throws ProbelogError RUNNER_CLAIM_LOST */
  async renew(key: RunnerClaimKey): Promise<RunnerWork> {
    const open = await this.openKey(key);
    return this.workOf(open);
  }

  /**
   * Stores the responses of one piece. Repeating a piece replaces it.
   *
   * @param content a `.npy` or `.safetensors` file: probes of the piece × outputs
   * @throws ProbelogError RUNNER_CLAIM_LOST, NOT_FOUND, UPLOADS_BUSY, UPLOAD_TOO_SLOW, PAYLOAD_TOO_LARGE, STORAGE_FULL,
   *   RESPONSES_FORMAT_INVALID, RESPONSES_SHAPE_MISMATCH, MODEL_TOO_MANY_OUTPUTS
   */
  async receive(
    key: RunnerClaimKey,
    number: number,
    content: AsyncIterable<Uint8Array>,
  ): Promise<RunnerPiece[]> {
    const { uploadFolder, maxBytes, maxOutputs, maxConcurrent, pace: limits } = this.options;
    const { uploads } = this.shared;
    if (uploads.isFull) throw uploadsBusy(maxConcurrent);
    return uploads.run(async () => {
      const open = await this.openKey(key);
      const probes = open.pieces.probesOf(number);
      if (probes === null) throw new ProbelogError('NOT_FOUND', `The claim has no piece ${number}.`);
      const limit = Math.min(maxBytes, MAX_HEADER_BYTES + probes.length * maxOutputs * MAX_NUMBER_BYTES);
      const pace = new Pace(
        limits,
        (reason) => new ProbelogError('UPLOAD_TOO_SLOW', `The upload ${reason}.`),
      );
      await receiveFile(uploadFolder, pace.of(content), limit, async (path) => {
        // The body may have taken longer than the lease.
        await this.renewed(open.claim);
        await receivePiece(open.pieces, path, { number, probes, all: open.probeSet.size, maxOutputs });
      });
      await this.report(open, 'PROBING', true);
      return open.pieces.all();
    });
  }

  /**
   * The claim with the pieces that follow, once all known ones were received.
   *
   * @throws ProbelogError RUNNER_CLAIM_LOST, RUNNER_PROBES_MISSING
   */
  async next(key: RunnerClaimKey): Promise<RunnerWork> {
    // In order: all responses so far are in memory, here and in the thread that chooses.
    return this.shared.publishing.run(async () => {
      const open = await this.openKey(key);
      const { plan, pieces, probeSet } = open;
      await checkReceived(pieces);
      if (plan && !pieces.complete) {
        const round = await nextProbes(plan, probeSet.size, await pieces.done());
        await this.renewed(open.claim);
        await pieces.extend(round ?? [], round === null || round.length === 0);
        await this.report(open, 'PROBING');
      }
      return this.workOf(open);
    });
  }

  /**
   * Publishes the model of a claim whose responses were all received. Repeating it changes nothing.
   *
   * @throws ProbelogError INPUT_INVALID, RUNNER_CLAIM_LOST, RUNNER_PROBES_MISSING, MODEL_ALL_DEGENERATE, MODEL_LABELS_MISMATCH
   */
  async complete(key: RunnerClaimKey, input: unknown): Promise<IngestRecord> {
    const result = parseResult(input);
    const { store, log, announce } = this.options;
    const claim = await this.claimOf(key);
    const before = await this.ingest(key.ingestId);
    if (before.state === 'SUCCEEDED') return before;
    await this.renewed(claim);
    const lost = new AbortController();
    const endLease = keepLease({
      claim,
      leaseMs: RUNNER_LEASE_MS,
      ingests: store.ingests,
      onEnd: () => lost.abort(),
      log: (message, details) => log('error', message, details),
    });
    try {
      // In order: each takes several times the size of the responses of memory.
      return await this.shared.publishing.run(async () => {
        const now = await this.ingest(key.ingestId);
        if (now.state === 'SUCCEEDED') return now;
        const open = await this.open(claim);
        if (!open.pieces.complete) throw probesMissing('the choice of probes goes on: call nextRunnerProbes');
        await checkReceived(open.pieces);
        await this.publish(open, result, lost.signal);
        announce(key.ingestId);
        return this.ingest(key.ingestId);
      });
    } finally {
      endLease();
    }
  }

  /** Ends the ingest of a claim, or has it tried again later when the failure may pass. @throws ProbelogError INPUT_INVALID, RUNNER_CLAIM_LOST */
  async fail(key: RunnerClaimKey, input: unknown): Promise<IngestRecord> {
    const { reason, message } = parseFailure(input);
    const { store, retries, log } = this.options;
    const claim = await this.claimOf(key);
    const { failures, runnerFlavors } = await this.ingest(key.ingestId);
    const code = FAILURE_CODES[reason];
    const better = reason === 'REFUSED' ? await this.betterFlavors(claim, runnerFlavors) : [];
    const mayPass = reason === 'SOURCE_UNAVAILABLE' || reason === 'KILLED';
    const delayMs = mayPass ? retryDelay(retries, failures + 1) : null;
    await this.bound(async () => {
      if (better.length > 0) await store.ingests.awaitOtherRunner(claim, better, { code, message });
      else if (delayMs !== null) await store.ingests.retryLater(claim, { code, message, delayMs });
      else await store.ingests.fail(claim, code, message, reason === 'NOT_APPLICABLE' ? reason : 'FAILED');
    });
    log('info', 'a runner could not run a model', { ingest: key.ingestId, code, delayMs });
    this.options.announce(key.ingestId);
    return this.ingest(key.ingestId);
  }

  /** The flavors that a version prefers to the one by which a runner claimed it: another runner may do what this one may not. */
  private async betterFlavors(claim: Claim, flavors: readonly string[]): Promise<readonly string[]> {
    const { flavors: own } = await this.ownRunner(runnerOf(claim) ?? '');
    return flavors.slice(
      0,
      flavors.findIndex((flavor) => own.includes(flavor)),
    );
  }

  /** Gives a claim back; the pieces stay. @throws ProbelogError RUNNER_CLAIM_LOST */
  async release(key: RunnerClaimKey): Promise<IngestRecord> {
    await this.options.store.ingests.release(await this.claimOf(key));
    this.options.announce(key.ingestId);
    return this.ingest(key.ingestId);
  }

  private async publish(open: OpenClaim, result: RunnerResult, lost: AbortSignal): Promise<void> {
    const { store, gallery, workFolder } = this.options;
    const { claim, model, request, probeSet, pieces, plan } = open;
    // A name of its own: the same request, repeated at another server, must not write to the same file.
    const spoolPath = join(workFolderOf(workFolder, claim.ingestId), `${randomUUID()}.joined`);
    const saidToBe = UPLOAD_KINDS[result.kind];
    try {
      await this.report(open, 'STORING');
      await pieces.joinTo(spoolPath);
      const stored = await storeResponses(
        {
          responses: { kind: 'SPOOL', path: spoolPath, saidToBe },
          declared: saidToBe === undefined ? 'UNKNOWN' : DECLARED[saidToBe],
          probes: probeSet.size,
          priorPath: plan?.priorPath ?? null,
        },
        store.blobs,
      );
      if (lost.aborted) throw claimLost();
      const given = request.labels ?? null;
      const found = result.labels ? [{ source: 'The list of the runner', labels: result.labels }] : [];
      const { labels, notes: aboutLabels } = fittingLabels(given, found, stored.outputs);
      const notes = [
        note('RUN_ELSEWHERE', `It was run by ${open.runner.software ?? open.runner.name} as ${open.flavor}.`),
        ...(result.notes ?? []).map((sentence) => note('RUNNER', sentence)),
        ...aboutLabels,
      ];
      const described = {
        inputShape: result.inputShape ?? null,
        outputName: result.outputName ?? null,
        preprocessing: result.preprocessing ?? null,
        notes,
      };
      const facts = { probeSetId: probeSet.id, labels: labels ?? undefined, ...described };
      await this.bound(() => store.models.publish(claim, publishedModel(stored, facts)));
      await this.report(open, 'INDEXING');
      if (model.probeSetId !== probeSet.id) await gallery.remove(model.probeSetId, model.id);
      await syncToGallery(model.id, { store, gallery });
      await this.bound(() => store.ingests.succeed(claim, result.peakMemoryBytes ?? 0));
      await discardWork(workFolderOf(workFolder, claim.ingestId));
    } finally {
      await rm(spoolPath, { force: true });
    }
  }

  private async report(
    { claim, pieces }: OpenClaim,
    stage: 'FETCHING' | 'PROBING' | 'STORING' | 'INDEXING',
    further = false,
  ): Promise<void> {
    const all = await pieces.all();
    const done = all.reduce((sum, { received, probes }) => sum + (received ? probes.length : 0), 0);
    const etaSeconds = stage === 'PROBING' ? this.remainingSeconds(claim, done, pieces.total) : null;
    const progress = { stage, done, total: pieces.total, etaSeconds };
    await this.bound(() => this.options.store.ingests.progress(claim, progress, further));
    this.options.announce(claim.ingestId);
  }

  /** At the pace since this process's first report about the claim; null until a further piece. */
  private remainingSeconds({ ingestId, attempt }: Claim, done: number, total: number): number | null {
    const { paces } = this.shared;
    const began = paces.get(ingestId);
    if (began?.attempt !== attempt) {
      // The oldest is most likely over.
      if (paces.size >= MAX_PACES) paces.delete([...paces.keys()][0]);
      paces.set(ingestId, { attempt, at: Date.now(), done });
      return null;
    }
    const finished = done - began.done;
    return finished > 0 ? ((Date.now() - began.at) / 1_000 / finished) * (total - done) : null;
  }

  /** The claim with this id, renewed. @throws ProbelogError RUNNER_CLAIM_LOST */
  private async openKey(key: RunnerClaimKey): Promise<OpenClaim> {
    const { runners } = this.options.store;
    const claim = await this.claimOf(key);
    await this.renewed(claim);
    const open = await this.open(claim);
    await runners.seen(open.runner.id);
    return open;
  }

  /** @throws ProbelogError RUNNER_CLAIM_LOST */
  private async renewed(claim: Claim): Promise<void> {
    if (!(await this.options.store.ingests.renew(claim, RUNNER_LEASE_MS))) throw claimLost();
  }

  /** The claim with this id, if this caller's runner has or had it. @throws ProbelogError RUNNER_CLAIM_LOST */
  private async claimOf({ ingestId, attempt }: RunnerClaimKey): Promise<Claim> {
    const { ingests, runners } = this.options.store;
    const claim = await ingests.holder(ingestId);
    const runnerId = claim && runnerOf(claim);
    if (!runnerId || claim.attempt !== attempt || !(await runners.own(runnerId))) throw claimLost();
    return claim;
  }

  private async open(claim: Claim): Promise<OpenClaim> {
    const { store, workFolder, budget, prior } = this.options;
    const ingest = await this.ingest(claim.ingestId);
    const [model] = await store.models.byIds([ingest.modelId]);
    const runner = await this.ownRunner(runnerOf(claim) ?? '');
    const flavor = ingest.runnerFlavors.find((one) => runner.flavors.includes(one));
    if (!model || flavor === undefined) throw claimLost();
    const request = (await store.ingests.request(ingest.id)) as OpenClaim['request'];
    const probeSet = await store.probeSets.byId(request.probeSet);
    if (!probeSet) throw new ProbelogError('PROBE_SET_UNKNOWN', 'The probe set was removed.');
    const identity = {
      flavor,
      software: runner.software,
      source: request.source,
      revision: model.revision,
      probeSet: probeSet.id,
    };
    const folder = workFolderOf(workFolder, ingest.id);
    const inOrder = workPath(folder, identity, '.pieces');
    // A claim that began with all probes continues with all, even if a prior exists now.
    const wanted = (await exists(inOrder)) ? null : requestedBudget(request, budget);
    await makeFolderDurably(folder);
    const decided = await decidePlan(folder, identity, wanted, () => prior(probeSet.id, model.id));
    const plan = decided?.plan ?? null;
    const planned = decided ? { ...identity, plan: decided.decision } : identity;
    const pieces = await RunnerPieces.open(folder, planned, async () => {
      const round = plan && (await nextProbes(plan, probeSet.size, null));
      return round
        ? { probes: round, complete: false }
        : { probes: Array.from({ length: probeSet.size }, (_, probe) => probe), complete: true };
    });
    return { claim, ingest, model, request, runner, flavor, probeSet, plan, pieces };
  }

  private async workOf({
    claim,
    ingest,
    model,
    request,
    flavor,
    probeSet,
    pieces,
  }: OpenClaim): Promise<RunnerWork> {
    return {
      key: { ingestId: claim.ingestId, attempt: claim.attempt },
      ingest,
      model,
      flavor,
      source: request.source,
      probeSet,
      pieces: await pieces.all(),
      complete: pieces.complete,
      leasedUntil: new Date(Date.now() + RUNNER_LEASE_MS),
    };
  }

  private async ownRunner(id: string): Promise<RunnerRecord> {
    const runner = await this.options.store.runners.own(id);
    if (runner) return runner;
    throw new ProbelogError('NOT_FOUND', 'No runner of this key or token has this id. Announce it again.');
  }

  private async ingest(id: string): Promise<IngestRecord> {
    const [ingest] = await this.options.store.ingests.byIds([id]);
    if (!ingest) throw claimLost();
    return ingest;
  }

  /** A write that is bound to a claim. @throws ProbelogError RUNNER_CLAIM_LOST */
  private async bound<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (thrown) {
      throw thrown instanceof ClaimLost ? claimLost() : thrown;
    }
  }
}

async function checkReceived(pieces: RunnerPieces): Promise<void> {
  await pieces.dropUnfit();
  const missing = (await pieces.all()).filter(({ received }) => !received);
  if (missing.length > 0)
    throw probesMissing(
      `${missing.length} pieces were not received, the first is ${missing[0].number}: upload them`,
    );
}

function probesMissing(why: string): ProbelogError {
  return new ProbelogError('RUNNER_PROBES_MISSING', `The ingest is not complete: ${why}.`);
}
