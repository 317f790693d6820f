import { knownError, messageOf, ProbelogError } from '../../errors/index.js';
import { type ClaimedIngest, ClaimLost, DIRECT_LANE, type Store } from '../../store/index.js';
import type { IngestFeed } from './ingest-feed.js';
import { IngestStopped, keepLease, LEASE_MS } from './lease.js';
import { ingestMaySucceedLater, type RetryPolicy, retryDelay } from './retry-delay.js';

/** How often the queue is polled: another process may have enqueued. */
const POLL_MS = 1_000;

/** What a worker needs. */
export interface IngestWorkerOptions {
  store: Pick<Store, 'ingests'>;
  feed: IngestFeed;
  /** Does the work of one claimed ingest, see `runIngest`. */
  run(ingest: ClaimedIngest, signal: AbortSignal): Promise<'SUCCEEDED' | 'AWAITING_RUNNER' | 'REMOVED'>;
  /** Ingests at the same time. */
  concurrency: number;
  retries: RetryPolicy;
  /** How many times in a row an ingest's worker may die before the ingest fails for good. */
  maxKills: number;
  /** Unique among all processes on this database. */
  workerId: string;
  log(level: 'info' | 'error', message: string, details?: object): void;
}

/**
 * Takes ingests from the queue in the database and runs them.
 *
 *     from               event                                                       to
 *     ----------------   ---------------------------------------------------------   -------------------------------
 *     (new)              a caller or a webhook delivery enqueues                     QUEUED
 *     QUEUED             claimed: by priority, then the registry's turn, then age    RUNNING
 *     RUNNING            published and in the gallery                                SUCCEEDED
 *     RUNNING            drained, or its lease ended because the worker died         QUEUED
 *     RUNNING            a failure that may pass, with attempts left                 QUEUED, until `nextAttemptAt`
 *     RUNNING            the version has no ONNX file                                AWAITING_RUNNER (`RunnerService`)
 *     RUNNING            the version is no image classifier                          NOT_APPLICABLE
 *     RUNNING            any other failure, or `maxKills` dead workers in a row      FAILED
 *     unfinished         a caller cancels                                            CANCELLED
 *     ended, no success  a caller retries                                            QUEUED
 *
 * - A claim is a lease that is renewed while the work goes on ({@link keepLease}). Any number of processes may share a
 *   queue, and a killed worker's ingest is taken over.
 * - Every write of a run is bound to its claim: a run that was cancelled, superseded or taken over changes nothing more,
 *   however late it notices.
 * - Finished batches survive every transition back to QUEUED (`ResponseSpool`): the next attempt continues after them.
 *
 * docs/queue.md has the order of claims; docs/adr/0002-own-queue.md says why no queue library is used.
 */
export class IngestWorker {
  private readonly running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  private readonly loop: Promise<void>;
  private stopping = false;
  private wakeUp: () => void = () => undefined;

  constructor(private readonly options: IngestWorkerOptions) {
    this.loop = this.takeIngests();
  }

  /** Polls the queue now. */
  wake(): void {
    this.wakeUp();
  }

  /** Stops an ingest that runs here. Cancel it in the database first. */
  cancel(ingestId: string): void {
    this.running.get(ingestId)?.controller.abort(new IngestStopped('CANCELLED'));
  }

  /** Returns running ingests to the queue and ends. Their finished batches are kept. */
  async close(): Promise<void> {
    this.stopping = true;
    for (const { controller } of this.running.values()) controller.abort(new IngestStopped('DRAINING'));
    this.wake();
    await this.loop;
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  private async takeIngests(): Promise<void> {
    while (!this.stopping) {
      const ingest = this.running.size < this.options.concurrency ? await this.claim() : null;
      if (ingest && this.stopping) await this.settle(ingest, new IngestStopped('DRAINING'));
      else if (ingest) this.start(ingest);
      else await this.nextPoll();
    }
  }

  private async claim(): Promise<ClaimedIngest | null> {
    try {
      const { store, workerId, maxKills } = this.options;
      return await store.ingests.claim(workerId, LEASE_MS, {
        maxKills,
        held: [...this.running.keys()],
      });
    } catch (thrown) {
      this.options.log('error', 'the ingest queue cannot be read', { reason: messageOf(thrown) });
      return null;
    }
  }

  private nextPoll(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.stopping) this.wakeUp();
    });
  }

  private start(ingest: ClaimedIngest): void {
    const controller = new AbortController();
    const done = this.work(ingest, controller).finally(() => {
      this.running.delete(ingest.id);
      this.options.feed.announce(ingest.id);
      this.wake();
    });
    this.running.set(ingest.id, { controller, done });
  }

  private async work(ingest: ClaimedIngest, controller: AbortController): Promise<void> {
    const { store, run, log } = this.options;
    const endLease = keepLease({
      claim: ingest.claim,
      ingests: store.ingests,
      onEnd: (reason) => controller.abort(reason),
      log: (message, details) => log('error', message, details),
    });
    log('info', 'an ingest was claimed', { ingest: ingest.id, attempt: ingest.attempts });
    try {
      const outcome = await run(ingest, controller.signal);
      log('info', 'an ingest ended', { ingest: ingest.id, outcome });
    } catch (thrown) {
      const cause = thrown instanceof ClaimLost ? new IngestStopped('LOST') : thrown;
      await this.settle(ingest, controller.signal.aborted ? controller.signal.reason : cause);
    } finally {
      endLease();
    }
  }

  private async settle(ingest: ClaimedIngest, thrown: unknown): Promise<void> {
    const { store, log } = this.options;
    try {
      if (thrown instanceof IngestStopped) {
        await store.ingests.release(ingest.claim);
        log('info', 'an ingest was stopped', { ingest: ingest.id, reason: thrown.reason });
      } else await this.fail(ingest, asProbelogError(ingest.id, thrown, log));
    } catch (failure) {
      log('error', 'the outcome of an ingest cannot be recorded', {
        ingest: ingest.id,
        reason: messageOf(failure),
      });
    }
  }

  private async fail(ingest: ClaimedIngest, error: ProbelogError): Promise<void> {
    const { store, retries, log } = this.options;
    const { id, claim, failures } = ingest;
    const { code, message } = error;
    if (isNotApplicable(ingest, error)) {
      log('info', 'an ingest is of no image classifier', { ingest: id, code });
      return store.ingests.fail(claim, code, message, 'NOT_APPLICABLE');
    }
    const delayMs = ingestMaySucceedLater(error) ? retryDelay(retries, failures + 1) : null;
    log('info', delayMs === null ? 'an ingest failed' : 'an ingest waits for another attempt', {
      ingest: id,
      code,
      delayMs,
    });
    if (delayMs !== null) return store.ingests.retryLater(claim, { code, message, delayMs });
    const attempts = failures > 0 ? ` It was tried ${failures + 1} times.` : '';
    await store.ingests.fail(claim, code, message + attempts);
  }
}

/**
 * Whether a version is no image classifier. Registries hold models of all kinds, so what would be the failure of a direct request
 * says nothing but that about one of them.
 */
function isNotApplicable({ lane }: ClaimedIngest, { code }: ProbelogError): boolean {
  if (code === 'MODEL_NOT_APPLICABLE') return true;
  return lane !== DIRECT_LANE && (code === 'MODEL_NO_IMAGE_INPUT' || code === 'MODEL_NO_LOGITS_OUTPUT');
}

function asProbelogError(ingest: string, thrown: unknown, log: IngestWorkerOptions['log']): ProbelogError {
  const known = knownError(thrown);
  if (known) return known;
  log('error', 'an ingest failed on an internal error', { ingest, error: thrown });
  return new ProbelogError('INTERNAL', 'An internal error. The log has the details.');
}
