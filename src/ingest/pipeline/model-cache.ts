import type { Store } from '../../store/index.js';

/** The cache may grow by this share of its limit between two cleanups: each one reads the list of all models. */
const SLACK = 0.05;

/**
 * Keeps the total size of model files that can be fetched again near a limit. Files of unfinished ingests, responses and
 * files from this machine do not count and stay.
 */
export class ModelCache {
  /** Bytes fetched since the last cleanup; unknown at first. */
  private fetched = Number.POSITIVE_INFINITY;

  constructor(
    private readonly store: Pick<Store, 'models' | 'blobs'>,
    private readonly maxBytes: number,
  ) {}

  /** Records that a file was used, which keeps it from being evicted first. */
  used(digest: string): Promise<void> {
    return this.store.blobs.touch(digest);
  }

  /** Records that a file was fetched, and cleans up when that is due. */
  async grown(bytes: number): Promise<void> {
    this.fetched += bytes;
    if (this.fetched <= this.maxBytes * SLACK) return;
    this.fetched = 0;
    await this.cleanUp();
  }

  /**
   * Evicts the least recently used files until the rest is within the limit.
   *
   * An ingest that is queued between the listing and the removal fetches its file again; one that had already found its
   * file fails with SOURCE_NOT_FOUND and must be retried by a caller. A file whose source is gone or has changed by then is
   * lost: the model stays searchable, but cannot be probed again.
   */
  async cleanUp(): Promise<void> {
    const { models, blobs } = this.store;
    const files = [];
    for (const file of await models.refetchableFiles()) {
      const lastUsed = await blobs.lastUsed(file.digest);
      if (lastUsed !== null) files.push({ ...file, lastUsed });
    }
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    files.sort((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime());
    for (const { digest, bytes } of files) {
      if (total <= this.maxBytes) return;
      await blobs.evict(digest);
      total -= bytes;
    }
  }
}
