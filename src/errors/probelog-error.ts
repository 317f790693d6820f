import { ERRORS, type ErrorCode, type ErrorEntry } from './table.js';

/** An error with a stable code. The message says what was wrong, where, and what would be right. */
export class ProbelogError extends Error {
  override readonly name = 'ProbelogError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Facts a program may want: names, limits, positions. Never secrets, never paths of this machine. */
    readonly details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get httpStatus(): number {
    return ERRORS[this.code].httpStatus;
  }

  /** What GraphQL tells a client beside the message, also where a host's resolver lets this error through. */
  get extensions(): Record<string, unknown> {
    return { ...this.details, code: this.code };
  }

  /** Undefined where waiting alone does not help. */
  get retryAfterSeconds(): number | undefined {
    const entry: ErrorEntry = ERRORS[this.code];
    return entry.retryAfterSeconds;
  }
}
