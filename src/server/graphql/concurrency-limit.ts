import { ProbelogError } from '../../errors/index.js';

import { Limiter } from '../../lib/limiter.js';

/** Works on a few things at once. */
export class ConcurrencyLimit {
  private readonly limiter: Limiter;

  constructor(private readonly most: number) {
    this.limiter = new Limiter(most);
  }

  /** Sends further ones away: whoever queues up only waits longer. @throws ProbelogError SERVER_BUSY */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.limiter.isFull)
      throw new ProbelogError('SERVER_BUSY', `${this.most} operations are worked on; try again soon.`, {
        atOnce: this.most,
      });
    return this.limiter.run(work);
  }

  /** For what cannot come again, such as the event of a subscription: it waits. @param gone tells when nobody waits for it any more */
  inTurn<T>(work: () => Promise<T>, gone: AbortSignal): Promise<T> {
    return this.limiter.run(work, gone);
  }
}
