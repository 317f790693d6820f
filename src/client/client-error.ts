import type { ServerErrorCode } from './generated/error-codes.js';

/** Faults that GraphQL finds in an operation before running it. */
export type OperationErrorCode =
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'BAD_USER_INPUT'
  | 'BAD_REQUEST'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_NOT_SUPPORTED';

/** Faults between client and server: no connection, a timeout, the caller's own `AbortSignal`, a response that is not ProbeLog's. */
export type ConnectionErrorCode = 'NETWORK' | 'TIMEOUT' | 'ABORTED' | 'BAD_ANSWER';

/** All codes of the client's errors. A newer server may send others. */
export type ProbelogErrorCode = ServerErrorCode | OperationErrorCode | ConnectionErrorCode;

/** Details of errors with these codes. */
interface KnownDetails {
  OPERATION_TOO_COMPLEX: { limit: string; most: number; found?: number };
  RATE_LIMITED: { most: number; retryAfterSeconds: number };
}

/** Details next to the message: names, limits, positions. */
export type ErrorDetails<Code extends ProbelogErrorCode> = Readonly<
  Code extends keyof KnownDetails ? KnownDetails[Code] & Record<string, unknown> : Record<string, unknown>
>;

/** Properties of an error besides its code and message. */
export interface ErrorFacts {
  details?: Record<string, unknown>;
  remedy?: string;
  status?: number;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** The only class of errors that this client throws. */
export class ProbelogClientError<Code extends ProbelogErrorCode = ProbelogErrorCode> extends Error {
  override readonly name = 'ProbelogClientError';
  /** Details next to the message. */
  readonly details: ErrorDetails<Code>;
  /** What to do about it, in general; undefined if the server did not say. */
  readonly remedy: string | undefined;
  /** HTTP status of the response; undefined without a response. */
  readonly status: number | undefined;
  /** Seconds to wait before the next try, if the server said so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    /** Stable; docs/errors.md lists the server's. */
    readonly code: Code,
    message: string,
    { details = {}, remedy, status, retryAfterSeconds, cause }: ErrorFacts = {},
  ) {
    super(message, { cause });
    this.details = details as ErrorDetails<Code>;
    this.remedy = remedy;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** An error of this client, as a union by `code`. */
export type ProbelogError = { [Code in ProbelogErrorCode]: ProbelogClientError<Code> }[ProbelogErrorCode];

/** Whether a thrown value is an error of this client. Then `switch (error.code)` narrows its details. */
export function isProbelogError(thrown: unknown): thrown is ProbelogError {
  return thrown instanceof ProbelogClientError;
}
