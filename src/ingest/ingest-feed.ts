import { EventEmitter, on } from 'node:events';

/** Tells watchers in this process that an ingest changed; the database stays the only truth about how. */
export class IngestFeed {
  private readonly changes = new EventEmitter().setMaxListeners(0);

  announce(ingestId: string): void {
    this.changes.emit(ingestId);
  }

  /** Yields at every announcement, and at least every `everyMs`: another process may be the one that works. */
  async *ticks(
    ingestId: string,
    everyMs: number,
    signal?: AbortSignal,
  ): AsyncGenerator<void, void, undefined> {
    const timer = setInterval(() => this.changes.emit(ingestId), everyMs);
    try {
      for await (const _ of on(this.changes, ingestId, { signal })) yield;
    } catch (thrown) {
      if (!signal?.aborted) throw thrown;
    } finally {
      clearInterval(timer);
    }
  }
}
