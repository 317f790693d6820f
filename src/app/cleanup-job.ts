import { messageOf } from '../errors/index.js';
import { cleanUpWork } from '../ingest/index.js';
import type { Log } from '../lib/log.js';
import type { Store } from '../store/index.js';
import { type RecurringJob, startRecurringJob } from './recurring-job.js';

const HOUR_MS = 3_600_000;

/** Removes files of ended ingests from the work folder, every hour. */
export function startCleanupJob(
  workFolder: string,
  { ingests }: Pick<Store, 'ingests'>,
  log: Log,
): RecurringJob {
  return startRecurringJob(HOUR_MS, async () => {
    try {
      const removed = await cleanUpWork(workFolder, ingests);
      if (removed > 0) log('info', 'files of ended ingests were removed', { ingests: removed });
    } catch (thrown) {
      log('warn', 'files of ended ingests cannot be removed', { reason: messageOf(thrown) });
    }
  });
}

/** Removes blobs that no row refers to, once after the start. */
export class BlobCleanup {
  private readonly stopping = new AbortController();
  private run: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Pick<Store, 'cleanUpBlobs'>,
    private readonly log: Log,
  ) {}

  /** Returns at once. */
  start(): void {
    this.run = this.store.cleanUpBlobs({ signal: this.stopping.signal }).then(
      () => undefined,
      (thrown) => this.log('warn', 'unused blobs cannot be removed', { reason: messageOf(thrown) }),
    );
  }

  /** Ends the removal, and waits until it no longer uses the database. */
  async close(): Promise<void> {
    this.stopping.abort();
    await this.run;
  }
}
