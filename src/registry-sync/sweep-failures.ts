import { ProbelogError } from '../errors/index.js';

/** Failures that are told; of more only the number. */
const MAX_REPORTED = 5;

/** What went wrong in a sweep without ending it. */
export class SweepFailures {
  private readonly failed = new Map<string, string>();

  constructor(private readonly signal?: AbortSignal) {}

  /**
   * Does a step whose source may fail it. Once it did for a name, it is not asked for that again.
   *
   * @param name what it is about: a part of a list, or a model
   * @returns undefined when it failed
   * @throws whatever is no fault of the source's; what the signal was aborted with
   */
  async of<T>(name: string, step: () => Promise<T>): Promise<T | undefined> {
    if (this.failed.has(name)) return undefined;
    try {
      return await step();
    } catch (thrown) {
      this.signal?.throwIfAborted();
      if (!(thrown instanceof ProbelogError)) throw thrown;
      this.failed.set(name, `${name}: ${thrown.message}`);
      return undefined;
    }
  }

  /** Adds the failure that ended the sweep. */
  add(message: string): void {
    this.failed.set(message, message);
  }

  /** On one line; null when there were none. */
  get summary(): string | null {
    const all = [...this.failed.values()];
    if (all.length === 0) return null;
    const more = all.length - MAX_REPORTED;
    return [...all.slice(0, MAX_REPORTED), ...(more > 0 ? [`and ${more} more`] : [])].join(' ');
  }
}
