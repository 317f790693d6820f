import type { Config } from '../config/index.js';
import { messageOf } from '../errors/index.js';
import { cleanUpWork, type ModelUploads } from '../ingest/index.js';
import type { Log } from '../lib/log.js';
import type { Store } from '../store/index.js';
import { type RecurringJob, startRecurringJob } from './recurring-job.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Removes files of ended ingests from the work folder, and uploads of models that are not needed any more, every hour. */
export function startCleanupJob(
  workFolder: string,
  modelUploads: Pick<ModelUploads, 'cleanUp'>,
  { ingests }: Pick<Store, 'ingests'>,
  log: Log,
): RecurringJob {
  return startRecurringJob(HOUR_MS, async () => {
    try {
      const removed = await cleanUpWork(workFolder, ingests);
      if (removed > 0) log('info', 'files of ended ingests were removed', { ingests: removed });
      const uploads = await modelUploads.cleanUp(ingests);
      if (uploads > 0) log('info', 'uploads of models that were left alone were removed', { uploads });
    } catch (thrown) {
      log('warn', 'files of ended ingests cannot be removed', { reason: messageOf(thrown) });
    }
  });
}

/** The settings of {@link BlobCleanup}. */
export function cleanupLimits({ cleanupShare, trashDays }: Pick<Config, 'cleanupShare' | 'trashDays'>) {
  return { maxShare: cleanupShare, trashMs: trashDays * DAY_MS };
}

/** Moves blobs that no row refers to into the trash, once after the start, and empties it. */
export class BlobCleanup {
  private readonly stopping = new AbortController();
  private run: Promise<void> = Promise.resolve();

  constructor(
    private readonly store: Pick<Store, 'cleanUpBlobs'>,
    private readonly limits: ReturnType<typeof cleanupLimits>,
    private readonly log: Log,
  ) {}

  /** Returns at once. */
  start(): void {
    this.run = this.store.cleanUpBlobs({ ...this.limits, signal: this.stopping.signal }).then(
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
