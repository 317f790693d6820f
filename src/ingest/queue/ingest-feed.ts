import { EventEmitter, on } from 'node:events';
import type { IngestRecord } from '../../store/index.js';

/** Changes of one ingest, for one watcher. */
export interface IngestTicks {
  /** Waits for a change, or what may be one; false when the watcher's signal ended it. */
  next(): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Tells watchers in this process that an ingest changed; the database stays the only truth about how.
 *
 * Another process may be the one that works, so what is watched is looked up now and then: all of it in one statement,
 * however many watch, and only those whose ingest changed hear of it.
 */
export class IngestFeed {
  private readonly changes = new EventEmitter().setMaxListeners(0);
  private readonly watched = new Map<string, { watchers: number; seen: string | undefined }>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly read: (ids: string[]) => Promise<IngestRecord[]>,
    private readonly everyMs: number,
  ) {}

  announce(ingestId: string): void {
    this.changes.emit(ingestId);
  }

  /** What changes from now on is not missed, also before the first `next`. */
  ticks(ingestId: string, signal?: AbortSignal): IngestTicks {
    const events = on(this.changes, ingestId, { signal });
    const entry = this.watched.get(ingestId) ?? { watchers: 0, seen: undefined };
    entry.watchers++;
    this.watched.set(ingestId, entry);
    this.timer ??= setInterval(() => void this.look(), this.everyMs);
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

  /** A look that fails is made up for by the next one. */
  private async look(): Promise<void> {
    const found = await this.read([...this.watched.keys()]).catch(() => null);
    if (!found) return;
    const states = new Map(found.map((ingest) => [ingest.id, stateOf(ingest)]));
    for (const [id, entry] of this.watched) {
      const state = states.get(id) ?? 'GONE';
      if (state === entry.seen) continue;
      entry.seen = state;
      this.changes.emit(id);
    }
  }
}

/** What of an ingest its watchers are told. */
export function stateOf({ state, stage, done, total, failures }: IngestRecord): string {
  return JSON.stringify([state, stage, done, total, failures]);
}
