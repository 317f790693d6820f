/** Runs work one piece after another, in the order it was queued. Failed work does not stop the next. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();

  run<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.last.then(work);
    this.last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when everything queued so far has ended, whether it failed or not. */
  async settled(): Promise<void> {
    await this.last;
  }
}
