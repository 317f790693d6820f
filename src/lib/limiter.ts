/** Runs at most `max` pieces of work at a time. Others wait, first come, first served. */
export class Limiter {
  private running = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly max: number) {}

  /** Whether the next piece of work would have to wait. */
  get isFull(): boolean {
    return this.running >= this.max;
  }

  /** @param signal work that has not begun when it aborts is dropped: the promise rejects with the signal's reason */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.isFull) await this.slot(signal);
    else this.running++;
    try {
      return await work();
    } finally {
      // The first in line inherits the slot, so that no newcomer can take it in between.
      const [next] = this.waiting;
      if (next) next();
      else this.running--;
    }
  }

  private slot(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        leave();
        resolve();
      };
      const giveUp = () => {
        leave();
        reject(signal?.reason);
      };
      const leave = () => {
        this.waiting.delete(begin);
        signal?.removeEventListener('abort', giveUp);
      };
      this.waiting.add(begin);
      signal?.addEventListener('abort', giveUp);
    });
  }
}
