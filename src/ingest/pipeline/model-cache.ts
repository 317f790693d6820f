import type { Store } from '../../store/index.js';

/** Share of its limit by which the cache may grow before it is looked at again: a look costs a pass over all models. */
const SLACK = 0.05;

/**
 * Keeps the model files that can be fetched again near a limit: files of ingests under way do not count, and it is looked
 * at only when enough was fetched since. Responses, and files of this machine, are not its business.
 */
export class ModelCache {
  /** Fetched since the last look; at first nobody knows. */
  private fetched = Number.POSITIVE_INFINITY;

  constructor(
    private readonly store: Pick<Store, 'models' | 'blobs'>,
    private readonly mostBytes: number,
  ) {}

  /** Says that a file is used, which keeps it from going first. */
  used(digest: string): Promise<void> {
    return this.store.blobs.touch(digest);
  }

  /** Says that a file was fetched, and makes room for it where that is due. */
  async grown(bytes: number): Promise<void> {
    this.fetched += bytes;
    if (this.fetched <= this.mostBytes * SLACK) return;
    this.fetched = 0;
    await this.makeRoom();
  }

  /**
   * Removes files that were not used for the longest time until the rest is within the limit.
   *
   * An ingest that is queued between the look and the removal fetches its file again; one that had already found its file
   * here fails with SOURCE_NOT_FOUND, and has to be tried again by hand. A file whose source is gone by then, or has become
   * another one, cannot be had again: the model stays searchable, but is not probed again.
   */
  async makeRoom(): Promise<void> {
    const { models, blobs } = this.store;
    const files = [];
    for (const file of await models.refetchableFiles()) {
      const lastUsed = await blobs.lastUsed(file.digest);
      if (lastUsed !== null) files.push({ ...file, lastUsed });
    }
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    files.sort((a, b) => a.lastUsed.getTime() - b.lastUsed.getTime());
    for (const { digest, bytes } of files) {
      if (total <= this.mostBytes) return;
      await blobs.evict(digest);
      total -= bytes;
    }
  }
}
