import { ERRORS, type ErrorCode, type ErrorEntry } from './table.js';

/** An error with a stable code. The message says what happened, where, and what to do. */
export class ProbelogError extends Error {
  override readonly name = 'ProbelogError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    /** Facts for programs: names, limits, positions. Never secrets, never paths of this machine. */
    readonly details: Record<string, unknown> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  get httpStatus(): number {
    return ERRORS[this.code].httpStatus;
  }

  /** GraphQL sends these next to the message, also when a host's resolver throws this error. */
  get extensions(): Record<string, unknown> {
    return { ...this.details, code: this.code, remedy: this.remedy };
  }

  /** What a caller can do, in general. */
  get remedy(): string {
    return ERRORS[this.code].remedy;
  }

  /** Undefined if waiting alone does not help. */
  get retryAfterSeconds(): number | undefined {
    const entry: ErrorEntry = ERRORS[this.code];
    return entry.retryAfterSeconds;
  }
}

/** The message of any thrown value. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
