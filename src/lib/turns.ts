/** Lets only a few pieces of work run at a time; others wait, first come, first served. */
export class Turns {
  private running = 0;
  private readonly waiting = new Set<() => void>();

  constructor(private readonly most: number) {}

  /** Whether the next piece of work would have to wait. */
  get areTaken(): boolean {
    return this.running >= this.most;
  }

  /** @param unwanted work that has not begun when it aborts never does: the promise is rejected with its reason */
  async run<T>(work: () => Promise<T>, unwanted?: AbortSignal): Promise<T> {
    unwanted?.throwIfAborted();
    if (this.areTaken) await this.turn(unwanted);
    else this.running++;
    try {
      return await work();
    } finally {
      // Whoever waits takes over the turn, so that nobody slips in between.
      const [next] = this.waiting;
      if (next) next();
      else this.running--;
    }
  }

  private turn(unwanted: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        leave();
        resolve();
      };
      const giveUp = () => {
        leave();
        reject(unwanted?.reason);
      };
      const leave = () => {
        this.waiting.delete(begin);
        unwanted?.removeEventListener('abort', giveUp);
      };
      this.waiting.add(begin);
      unwanted?.addEventListener('abort', giveUp);
    });
  }
}
