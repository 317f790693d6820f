import { ProbelogError } from '../errors/index.js';

/** Failures beyond this number are only counted. */
const MAX_REPORTED = 5;

/** The failures of a sweep that did not end it. */
export class SweepFailures {
  /** Messages by the name of the failed part or model. */
  private readonly failed = new Map<string, string>();

  constructor(private readonly signal?: AbortSignal) {}

  /**
   * Runs a step that reads from the registry, and collects its failure. After one failure for a name, further steps with the
   * name are skipped.
   *
   * @param name of a part of the list, or of a model
   * @returns undefined when the step failed or was skipped
   * @throws errors that are not the registry's fault; the signal's reason
   */
  async collect<T>(name: string, step: () => Promise<T>): Promise<T | undefined> {
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

  /** All failures on one line; null when there were none. */
  get summary(): string | null {
    const all = [...this.failed.values()];
    if (all.length === 0) return null;
    const more = all.length - MAX_REPORTED;
    return [...all.slice(0, MAX_REPORTED), ...(more > 0 ? [`and ${more} more`] : [])].join(' ');
  }
}
