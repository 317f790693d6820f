import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { Memory } from './memory.js';
import { type Trouble, troubleOf } from './session.js';

/** Results of addresses that this tab has seen, so that Back paints at once. */
const MAX_KEPT = 30;

/** With these, what was shown before stays in sight. */
const PASSING = new Set<Trouble['kind']>(['OFFLINE', 'RATE_LIMITED', 'BUSY']);
/** After these, the caller may no longer see what the tab has. */
const SHUT = new Set<Trouble['kind']>(['SIGNED_OUT', 'FORBIDDEN']);

/** What a page shows for an address. */
export interface Loaded<Data> {
  /** Of the address, or of the one before while it loads. */
  data: Data | null;
  isLoading: boolean;
  trouble: Trouble | null;
}

/**
 * Loads the data of an address for a page. One request is under way at most: a newer address aborts the one before, and an answer
 * that comes too late is never painted.
 */
export class Loader<Data> implements ReactiveController, Loaded<Data> {
  data: Data | null = null;
  isLoading = false;
  trouble: Trouble | null = null;
  private key: string | undefined;
  private underWay: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly kept = new Map<string, Data>();
  private readonly memory = new Memory();

  constructor(private readonly host: ReactiveControllerHost) {
    host.addController(this);
  }

  hostDisconnected(): void {
    this.stop();
    this.key = undefined;
  }

  /**
   * @param key what is loaded; nothing happens while it stays the same
   * @param waitMs how long to wait for a newer one first, as while a query is typed
   */
  load(key: string, fetch: (signal: AbortSignal, memory: Memory) => Promise<Data>, waitMs = 0): void {
    if (key === this.key) return;
    this.stop();
    this.key = key;
    const kept = this.kept.get(key);
    if (kept !== undefined) {
      this.settle(kept, null);
      return;
    }
    this.isLoading = true;
    const run = () => void this.run(key, fetch);
    if (waitMs > 0) this.timer = setTimeout(run, waitMs);
    else run();
  }

  /** Loads it again, as after a key was entered. */
  again(): void {
    this.forget();
    this.key = undefined;
    this.host.requestUpdate();
  }

  private async run(
    key: string,
    fetch: (signal: AbortSignal, memory: Memory) => Promise<Data>,
  ): Promise<void> {
    const underWay = new AbortController();
    this.underWay = underWay;
    try {
      const data = await fetch(underWay.signal, this.memory);
      if (underWay.signal.aborted) return;
      this.keep(key, data);
      this.settle(data, null);
    } catch (thrown) {
      const trouble = troubleOf(thrown);
      if (!trouble || underWay.signal.aborted) return;
      if (SHUT.has(trouble.kind)) this.forget();
      this.settle(PASSING.has(trouble.kind) ? this.data : null, trouble);
    }
  }

  private forget(): void {
    this.kept.clear();
    this.memory.clear();
  }

  private settle(data: Data | null, trouble: Trouble | null): void {
    this.data = data;
    this.trouble = trouble;
    this.isLoading = false;
    this.host.requestUpdate();
  }

  private keep(key: string, data: Data): void {
    this.kept.set(key, data);
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }

  private stop(): void {
    clearTimeout(this.timer);
    this.underWay?.abort();
    this.underWay = undefined;
    this.isLoading = false;
  }
}
