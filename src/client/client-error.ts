import type { ServerErrorCode } from './generated/error-codes.js';

/** Faults that GraphQL finds with an operation before it is run. */
export type OperationErrorCode =
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'BAD_USER_INPUT'
  | 'BAD_REQUEST'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'PERSISTED_QUERY_NOT_FOUND'
  | 'PERSISTED_QUERY_NOT_SUPPORTED';

/**
 * What goes wrong between client and server: no connection, no answer within the time, the caller's own `AbortSignal`, an
 * answer that is none of ProbeLog's.
 */
export type ConnectionErrorCode = 'NETWORK' | 'TIMEOUT' | 'ABORTED' | 'BAD_ANSWER';

/** Every code that an error of this client has. A newer server may send one that is not here. */
export type ProbelogErrorCode = ServerErrorCode | OperationErrorCode | ConnectionErrorCode;

/** Facts that errors of some codes have. */
interface KnownDetails {
  OPERATION_TOO_COMPLEX: { limit: string; most: number; found?: number };
  RATE_LIMITED: { most: number; retryAfterSeconds: number };
}

/** Facts beside the message: names, limits, positions. */
export type ErrorDetails<Code extends ProbelogErrorCode> = Readonly<
  Code extends keyof KnownDetails ? KnownDetails[Code] & Record<string, unknown> : Record<string, unknown>
>;

/** What is known of an error beside its code and message. */
export interface ErrorFacts {
  details?: Record<string, unknown>;
  status?: number;
  retryAfterSeconds?: number;
  cause?: unknown;
}

/** The one class of errors that this client throws. */
export class ProbelogClientError<Code extends ProbelogErrorCode = ProbelogErrorCode> extends Error {
  override readonly name = 'ProbelogClientError';
  /** Facts for programs. */
  readonly details: ErrorDetails<Code>;
  /** HTTP status of the response; undefined without one. */
  readonly status: number | undefined;
  /** Seconds after which the server expects a retry. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    /** Stable; docs/errors.md lists what the server sends. */
    readonly code: Code,
    message: string,
    { details = {}, status, retryAfterSeconds, cause }: ErrorFacts = {},
  ) {
    super(message, { cause });
    this.details = details as ErrorDetails<Code>;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** An error of this client, told apart by its `code`. */
export type ProbelogError = { [Code in ProbelogErrorCode]: ProbelogClientError<Code> }[ProbelogErrorCode];

/** Whether something thrown is an error of this client; then `switch (error.code)` knows what each has. */
export function isProbelogError(thrown: unknown): thrown is ProbelogError {
  return thrown instanceof ProbelogClientError;
}
