import { messageOf, ProbelogError } from '../errors/index.js';
import { asStorageError, type IngestRecord, type Store } from '../store/index.js';
import type { IngestFeed } from './ingest-feed.js';
import { Stopped } from './stopped.js';

/** How long a claimed ingest stays ours without a sign of life; a dead worker's job is free again after it. */
const LEASE_MS = 15_000;
const RENEW_MS = LEASE_MS / 3;
/** How often the queue is looked at when nobody wakes us: another process may have enqueued. */
const POLL_MS = 1_000;

/** What a worker needs. */
export interface IngestWorkerOptions {
  store: Pick<Store, 'ingests'>;
  feed: IngestFeed;
  /** Does the work of one claimed ingest, see `runIngest`. */
  run(ingest: IngestRecord, signal: AbortSignal): Promise<void>;
  /** Ingests at the same time. */
  concurrency: number;
  /** Unique among all processes on this database. */
  workerId: string;
  log(message: string, details?: object): void;
}

/**
 * Takes ingests from the queue in the database and runs them.
 *
 *   QUEUED ── claim ──▶ RUNNING ──▶ SUCCEEDED | FAILED
 *     ▲                   │  └── cancelled by a caller ──▶ CANCELLED
 *     └── drain, or the lease of a dead worker runs out ──┘
 *
 * A claim is a lease that is renewed while the work goes on, so any number of processes may share a queue, and a
 * killed one's ingest is taken over. Responses of finished batches survive all of it (see `ResponseSpool`).
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
      if (ingest) this.start(ingest);
      else await this.nextChance();
    }
  }

  private async claim(): Promise<IngestRecord | null> {
    try {
      return await this.options.store.ingests.claim(this.options.workerId, LEASE_MS);
    } catch (thrown) {
      this.options.log('the ingest queue cannot be read', { reason: messageOf(thrown) });
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

  private start(ingest: IngestRecord): void {
    const controller = new AbortController();
    const done = this.work(ingest, controller).finally(() => {
      this.running.delete(ingest.id);
      this.options.feed.announce(ingest.id);
      this.wake();
    });
    this.running.set(ingest.id, { controller, done });
  }

  private async work(ingest: IngestRecord, controller: AbortController): Promise<void> {
    const { store, run, log, workerId } = this.options;
    const renewal = setInterval(() => {
      store.ingests.renew(ingest.id, workerId, LEASE_MS).then(
        (ours) => ours || controller.abort(new Stopped('LOST')),
        (thrown) =>
          log('the lease of an ingest cannot be renewed', { ingest: ingest.id, reason: messageOf(thrown) }),
      );
    }, RENEW_MS);
    try {
      await run(ingest, controller.signal);
    } catch (thrown) {
      const cause = controller.signal.aborted ? controller.signal.reason : asStorageError(thrown);
      await this.settle(ingest, cause);
    } finally {
      clearInterval(renewal);
    }
  }

  private async settle(ingest: IngestRecord, thrown: unknown): Promise<void> {
    const { store, log, workerId } = this.options;
    try {
      if (thrown instanceof Stopped) {
        if (thrown.reason === 'DRAINING') await store.ingests.release(ingest.id, workerId);
        return;
      }
      const known = thrown instanceof ProbelogError;
      if (!known) log('an ingest failed on a fault of ours', { ingest: ingest.id, error: thrown });
      const code = known ? thrown.code : 'INTERNAL';
      await store.ingests.fail(
        ingest.id,
        code,
        known ? thrown.message : 'An internal fault; the log has the details.',
      );
    } catch (failure) {
      log('the outcome of an ingest cannot be recorded', { ingest: ingest.id, reason: messageOf(failure) });
    }
  }
}
