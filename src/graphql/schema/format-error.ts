import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ERRORS, knownError } from '../../errors/index.js';

/** Codes for errors in a request, as Apollo Server names them. */
const REQUEST_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/** What to do about any of them: GraphQL's messages say what is wrong, and where. */
const REQUEST_REMEDY = 'Correct the operation or its variables as the message says.';

/** Longer than any message about values of a usual length. */
const MAX_MESSAGE_LENGTH = 1_000;

/**
 * An error as the client gets it: its stable code, what to do about it and, for a `ProbelogError`, its message and details. An error that says how this
 * machine is, such as a full disk, has a code too.
 *
 * Any other error is internal. Its message may contain SQL, paths or secrets, so the client gets only an id, under which
 * the log has the details.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  thrown: unknown,
  log: (message: string, details: object) => void,
): GraphQLFormattedError {
  const { locations, path } = formatted;
  const original = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown) : thrown;
  const known = knownError(original);
  if (known) {
    if (known !== original) log('request failed', { error: original });
    return { message: shortened(known.message), locations, path, extensions: known.extensions };
  }
  const code = formatted.extensions?.code;
  if (typeof code === 'string' && REQUEST_CODES.has(code)) {
    const extensions = { code, remedy: REQUEST_REMEDY };
    return { message: shortened(formatted.message), locations, path, extensions };
  }
  if (isAboutRequest(thrown)) {
    const extensions = { code: 'BAD_REQUEST', remedy: REQUEST_REMEDY };
    return { message: shortened(formatted.message), locations, extensions };
  }
  const errorId = randomUUID();
  log('request failed with an internal error', { errorId, error: original });
  const message = `Internal error ${errorId}; the server's log has the details.`;
  const { remedy } = ERRORS.INTERNAL;
  return { message, locations, path, extensions: { code: 'INTERNAL', errorId, remedy } };
}

/**
 * Whether Apollo Server refused the request before it ran, with an error that has a status and no code: as for the wrong hash of
 * a persisted query. An error within an operation has a path, and one that was caught has an original.
 */
function isAboutRequest(thrown: unknown): boolean {
  return thrown instanceof GraphQLError && thrown.path === undefined && !thrown.originalError;
}

/** Messages repeat what was sent, however long. */
function shortened(message: string): string {
  return message.length <= MAX_MESSAGE_LENGTH ? message : `${message.slice(0, MAX_MESSAGE_LENGTH)}…`;
}
