import { EventEmitter, on } from 'node:events';
import type { IngestRecord } from '../../store/index.js';

/** Signals changes of one ingest to one watcher. */
export interface IngestTicks {
  /** Waits for a possible change; false when the watcher's signal aborted. */
  next(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Tells watchers in this process that an ingest changed. The change itself is read from the database.
 *
 * Another process may be working on the ingest, so the feed polls: one statement for all watched ingests, and only watchers
 * of a changed one are called.
 */
export class IngestFeed {
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly watched = new Map<string, { watchers: number; seen: string | undefined }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly read: (ids: string[]) => Promise<IngestRecord[]>,
    private readonly pollMs: number,
  ) {}

  announce(ingestId: string): void {
    this.changes.emit(ingestId);
  }

  /** Changes from now on are not missed, even before the first `next`. */
  ticks(ingestId: string, signal?: AbortSignal): IngestTicks {
    const events = on(this.changes, ingestId, { signal });
    const entry = this.watched.get(ingestId) ?? { watchers: 0, seen: undefined };
    entry.watchers++;
    this.watched.set(ingestId, entry);
    this.timer ??= setInterval(() => void this.poll(), this.pollMs);
    let closed = false;
    return {
      async next() {
        try {
          return !(await events.next()).done;
        } catch (thrown) {
          if (!signal?.aborted) throw thrown;
          return false;
        }
      },
      close: async () => {
        if (closed) return;
        closed = true;
        await events.return?.();
        entry.watchers--;
        if (entry.watchers === 0) this.watched.delete(ingestId);
        if (this.watched.size > 0) return;
        clearInterval(this.timer);
        this.timer = undefined;
      },
    };
  }

  /** The next poll makes up for a failed one. */
  private async poll(): Promise<void> {
    const found = await this.read([...this.watched.keys()]).catch(() => null);
    if (!found) return;
    const states = new Map(found.map((ingest) => [ingest.id, stateOf(ingest)]));
    for (const [id, entry] of this.watched) {
      const state = states.get(id) ?? 'REMOVED';
      if (state === entry.seen) continue;
      entry.seen = state;
      this.changes.emit(id);
    }
  }
}

/** Changes whenever watchers must be called. */
export function stateOf({ state, stage, done, total, failures }: IngestRecord): string {
  return JSON.stringify([state, stage, done, total, failures]);
}
