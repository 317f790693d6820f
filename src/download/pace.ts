/** How slowly a transfer may go, see the settings of the same names. */
export interface PaceLimits {
  /** Within this time no rate is asked for. */
  graceMs: number;
  /** Least bytes a second, averaged over all that was waited for; 0: none. */
  leastRate: number;
  /** Most time to wait for all of it. */
  mostMs: number;
}

/**
 * Measures one transfer, by the time that it is waited for: what we do with its bytes does not count.
 *
 * Threat model: whoever sends a byte now and then never stalls, and holds one of few places for as long as they like.
 */
export class Pace {
  private waitedMs = 0;
  private bytes = 0;

  /**
   * @param limits absent: any pace will do
   * @param tooSlow makes the error of a reason such as "sends less than 10 bytes/s"
   */
  constructor(
    private readonly limits: PaceLimits | undefined,
    private readonly tooSlow: (reason: string) => Error,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether the transfer is too slow already, so that it is no use to go on with it. */
  get isTooSlow(): boolean {
    return this.problem !== null;
  }

  /** Waits for something of the transfer. @throws what `tooSlow` makes */
  async wait<T>(step: () => Promise<T>): Promise<T> {
    const since = this.now();
    try {
      return await step();
    } finally {
      this.waitedMs += this.now() - since;
    }
  }

  /** The chunks of some content, as they come. @throws what `tooSlow` makes, or the content */
  async *of<Chunk extends Uint8Array>(content: AsyncIterable<Chunk>): AsyncGenerator<Chunk, void, undefined> {
    const chunks = content[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await this.wait(() => chunks.next());
        if (done) return;
        this.bytes += value.length;
        if (this.problem !== null) throw this.tooSlow(this.problem);
        yield value;
      }
    } finally {
      await chunks.return?.();
    }
  }

  private get problem(): string | null {
    if (this.limits === undefined) return null;
    const { graceMs, leastRate, mostMs } = this.limits;
    if (this.waitedMs > mostMs) return `did not come whole within ${mostMs / 1_000} s`;
    const isSlow = this.waitedMs > graceMs && (this.bytes * 1_000) / this.waitedMs < leastRate;
    return isSlow ? `sends less than ${leastRate} bytes/s` : null;
  }
}
