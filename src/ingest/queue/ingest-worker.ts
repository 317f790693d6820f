import { messageOf, ProbelogError } from '../../errors/index.js';
import { asStorageError, type ClaimedIngest, ClaimLost, type Store } from '../../store/index.js';
import type { IngestFeed } from './ingest-feed.js';
import { keepLease, LEASE_MS } from './lease.js';
import { ingestMaySucceedLater, type RetryPolicy, retryDelay } from './retry-delay.js';
import { Stopped } from './stopped.js';

/** How often the queue is looked at when nobody wakes us: another process may have enqueued. */
const POLL_MS = 1_000;

/** What a worker needs. */
export interface IngestWorkerOptions {
  store: Pick<Store, 'ingests'>;
  feed: IngestFeed;
  /** Does the work of one claimed ingest, see `runIngest`. */
  run(ingest: ClaimedIngest, signal: AbortSignal): Promise<void>;
  /** Ingests at the same time. */
  concurrency: number;
  retries: RetryPolicy;
  /** How often in a row a process may die over one ingest before that is parked. */
  maxKills: number;
  /** Unique among all processes on this database. */
  workerId: string;
  log(level: 'info' | 'error', message: string, details?: object): void;
}

/**
 * Takes ingests from the queue in the database and runs them.
 *
 *   QUEUED ── claim ──▶ RUNNING ──▶ SUCCEEDED | FAILED
 *     ▲                   │  └── cancelled by a caller ──▶ CANCELLED
 *     └── drain, a failure that may pass, or the lease of a dead worker runs out ──┘
 *
 * A claim is a lease that is renewed while the work goes on, so any number of processes may share a queue, and a
 * killed one's ingest is taken over. Whatever a run writes is bound to its claim: one that was cancelled, superseded or
 * taken over changes nothing more, however late it learns of it. Responses of finished batches survive all of it (see
 * `ResponseSpool`).
 *
 * Why no queue of a library: the row that is shown, cancelled and recorded together with a webhook delivery is the job
 * itself, so the two cannot disagree. pg-boss 10 (the line for Node 20) was tried: it takes over a dead worker's job only when the time
 * that the longest job may take is over, having no heartbeat, and gives jobs out by priority and age alone, so that one registry's
 * burst holds up all others.
 */
export class IngestWorker {
  private readonly running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  private readonly loop: Promise<void>;
  private stopping = false;
  private wakeUp: () => void = () => undefined;

  constructor(private readonly options: IngestWorkerOptions) {
    this.loop = this.takeIngests();
  }

  /** Looks at the queue now instead of at the next poll. */
  wake(): void {
    this.wakeUp();
  }

  /** Stops an ingest that runs here, after the database says that it is cancelled. */
  cancel(ingestId: string): void {
    this.running.get(ingestId)?.controller.abort(new Stopped('CANCELLED'));
  }

  /** Gives running ingests back to the queue and ends. Their finished batches are kept. */
  async close(): Promise<void> {
    this.stopping = true;
    for (const { controller } of this.running.values()) controller.abort(new Stopped('DRAINING'));
    this.wake();
    await this.loop;
    await Promise.all([...this.running.values()].map(({ done }) => done));
  }

  private async takeIngests(): Promise<void> {
    while (!this.stopping) {
      const ingest = this.running.size < this.options.concurrency ? await this.claim() : null;
      if (ingest && this.stopping) await this.settle(ingest, new Stopped('DRAINING'));
      else if (ingest) this.start(ingest);
      else await this.nextChance();
    }
  }

  private async claim(): Promise<ClaimedIngest | null> {
    try {
      const { store, workerId, maxKills } = this.options;
      return await store.ingests.claim(workerId, LEASE_MS, { maxKills, held: [...this.running.keys()] });
    } catch (thrown) {
      this.options.log('error', 'the ingest queue cannot be read', { reason: messageOf(thrown) });
      return null;
    }
  }

  private nextChance(): Promise<void> {
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
    log('info', 'an ingest is taken up', { ingest: ingest.id, attempt: ingest.attempts });
    try {
      await run(ingest, controller.signal);
      log('info', 'an ingest succeeded', { ingest: ingest.id });
    } catch (thrown) {
      const known = thrown instanceof ClaimLost ? new Stopped('LOST') : asStorageError(thrown);
      const cause = controller.signal.aborted ? controller.signal.reason : known;
      await this.settle(ingest, cause);
    } finally {
      endLease();
    }
  }

  private async settle(ingest: ClaimedIngest, thrown: unknown): Promise<void> {
    const { store, log } = this.options;
    try {
      if (thrown instanceof Stopped) await store.ingests.release(ingest.claim);
      else await this.fail(ingest, asKnown(ingest.id, thrown, log));
      if (thrown instanceof Stopped)
        log('info', 'an ingest was stopped', { ingest: ingest.id, reason: thrown.reason });
    } catch (failure) {
      log('error', 'the outcome of an ingest cannot be recorded', {
        ingest: ingest.id,
        reason: messageOf(failure),
      });
    }
  }

  private async fail({ id, claim, failures }: ClaimedIngest, error: ProbelogError): Promise<void> {
    const { store, retries, log } = this.options;
    const { code, message } = error;
    const delayMs = ingestMaySucceedLater(error) ? retryDelay(retries, failures + 1) : null;
    log('info', delayMs === null ? 'an ingest failed' : 'an ingest waits for another attempt', {
      ingest: id,
      code,
      delayMs,
    });
    if (delayMs !== null) return store.ingests.retryLater(claim, { code, message, delayMs });
    const tried = failures > 0 ? `${message} It was tried ${failures + 1} times.` : message;
    await store.ingests.fail(claim, code, tried);
  }
}

function asKnown(ingest: string, thrown: unknown, log: IngestWorkerOptions['log']): ProbelogError {
  if (thrown instanceof ProbelogError) return thrown;
  log('error', 'an ingest failed on a fault of ours', { ingest, error: thrown });
  return new ProbelogError('INTERNAL', 'An internal fault; the log has the details.');
}
