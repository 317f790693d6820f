import { ProbelogError } from '../../errors/index.js';

import { Limiter } from '../../lib/limiter.js';

/** Limits how many pieces of work run at a time. */
export class ConcurrencyLimit {
  private readonly limiter: Limiter;

  constructor(private readonly max: number) {
    this.limiter = new Limiter(max);
  }

  /** Refuses work beyond the limit, since a queue would only make clients wait. @throws ProbelogError SERVER_BUSY */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.limiter.isFull)
      throw new ProbelogError(
        'SERVER_BUSY',
        `The server runs ${this.max} operations, its limit. Try again soon.`,
        {
          atOnce: this.max,
        },
      );
    return this.limiter.run(work);
  }

  /** Waits for a place: for work that cannot be sent again, such as the event of a subscription. @param signal ends the wait */
  inTurn<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    return this.limiter.run(work, signal);
  }
}
