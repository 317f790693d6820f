/** The slowest accepted transfer, from the settings of the same names. */
export interface PaceLimits {
  /** The rate is not checked before this time. */
  graceMs: number;
  /** Lowest average in bytes per second; 0: none. */
  minRate: number;
  /** Longest time for the whole transfer. */
  maxMs: number;
}

/**
 * Measures one transfer, by the time spent waiting for it. Time spent on its bytes does not count.
 *
 * Threat model: a sender of one byte now and then never stalls, and would occupy one of few slots for as long as it likes.
 */
export class Pace {
  private waitedMs = 0;
  private bytes = 0;

  /**
   * @param limits undefined accepts any pace
   * @param tooSlow makes the error from a reason such as "sends less than 10 bytes/s"
   */
  constructor(
    private readonly limits: PaceLimits | undefined,
    private readonly tooSlow: (reason: string) => Error,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Whether the transfer is already too slow. */
  get isTooSlow(): boolean {
    return this.problem !== null;
  }

  /** Waits for one step of the transfer, and measures it. */
  async wait<T>(step: () => Promise<T>): Promise<T> {
    const since = this.now();
    try {
      return await step();
    } finally {
      this.waitedMs += this.now() - since;
    }
  }

  /** Passes on the chunks of the content. @throws the error of `tooSlow`; errors of the content */
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
    const { graceMs, minRate, maxMs } = this.limits;
    if (this.waitedMs > maxMs) return `took longer than ${maxMs / 1_000} s`;
    const isSlow = this.waitedMs > graceMs && (this.bytes * 1_000) / this.waitedMs < minRate;
    return isSlow ? `sends less than ${minRate} bytes/s` : null;
  }
}
