import { randomUUID } from 'node:crypto';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { ProbelogError } from '../../errors/index.js';

/** Codes that Apollo Server gives to faults of a request. */
const REQUEST_CODES = new Set([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'PERSISTED_QUERY_NOT_FOUND',
  'PERSISTED_QUERY_NOT_SUPPORTED',
]);

/**
 * What a client is told of an error: its stable code, and for our own errors the message and facts.
 *
 * Anything else is a fault of ours. Its message may hold SQL, paths or secrets, so the client gets a number under
 * which the log has the details, and nothing more.
 */
export function formatError(
  formatted: GraphQLFormattedError,
  thrown: unknown,
  log: (message: string, details: object) => void,
): GraphQLFormattedError {
  const { locations, path } = formatted;
  const original = thrown instanceof GraphQLError ? (thrown.originalError ?? thrown) : thrown;
  if (original instanceof ProbelogError) {
    const { code, message, details } = original;
    return { message, locations, path, extensions: { ...details, code } };
  }
  const code = formatted.extensions?.code;
  if (typeof code === 'string' && REQUEST_CODES.has(code)) {
    return { message: formatted.message, locations, path, extensions: { code } };
  }
  const errorId = randomUUID();
  log('a request failed on a fault of ours', { errorId, error: original });
  const message = `Internal error ${errorId}; the server's log has the details.`;
  return { message, locations, path, extensions: { code: 'INTERNAL', errorId } };
}
