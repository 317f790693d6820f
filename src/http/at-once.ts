import { ProbelogError } from '../errors/index.js';

/** Works on a few things at once, and sends further ones away: whoever queues up only waits longer. */
export class AtOnce {
  private underWay = 0;

  constructor(private readonly most: number) {}

  /** @throws ProbelogError SERVER_BUSY */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.underWay >= this.most)
      throw new ProbelogError('SERVER_BUSY', `${this.most} operations are worked on; try again soon.`, {
        atOnce: this.most,
      });
    this.underWay++;
    try {
      return await work();
    } finally {
      this.underWay--;
    }
  }
}
