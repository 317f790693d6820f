import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ERRORS, type ErrorCode, knownError, ProbelogError } from '../errors/index.js';

/**
 * Every error outside an operation has one form, `{ "error": { "code", "message", "remedy" } }`, with the status of its code; at
 * /graphql it has the form of GraphQL.
 */
export function addErrorReplies(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const [path] = request.originalUrl.split('?');
    const hint = app.hasRoute({ method: 'POST', url: '/graphql' }) ? ' GraphQL is at /graphql.' : '';
    const message = `There is nothing at ${request.method} ${path}.${hint}`;
    return reply.status(404).send(errorBody('NOT_FOUND', message));
  });
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    const known = knownError(error);
    if (known) {
      if (!(error instanceof ProbelogError)) request.log.error({ error }, 'request failed');
      const { code, message, details, httpStatus, retryAfterSeconds } = known;
      if (retryAfterSeconds !== undefined && !reply.hasHeader('retry-after'))
        reply.header('retry-after', retryAfterSeconds);
      return reply.status(httpStatus).send(formOf(request, code, message, details));
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      const code = error.statusCode === 413 ? 'PAYLOAD_TOO_LARGE' : 'INPUT_INVALID';
      return reply.status(error.statusCode).send(formOf(request, code, error.message));
    }
    if (isBadBody(error))
      return reply
        .status(400)
        .send(formOf(request, 'INPUT_INVALID', 'The body of the request is not valid HTTP.'));
    request.log.error({ error }, 'request failed with an internal error');
    const message = `Internal error ${request.id}; the server's log has the details.`;
    return reply.status(500).send(formOf(request, 'INTERNAL', message));
  });
}

/** Replies to what is no HTTP, before there is a request; the connection is closed. */
export function replyToBadHttp(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const [status, code, message] = badHttp(error.code);
  const body = JSON.stringify(errorBody(code, message));
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
}

function badHttp(code: string | undefined): [status: number, code: ErrorCode, message: string] {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return [408, 'INPUT_INVALID', 'The request did not arrive in time.'];
  if (code === 'HPE_HEADER_OVERFLOW')
    return [431, 'PAYLOAD_TOO_LARGE', 'The headers of the request are too large.'];
  return [400, 'INPUT_INVALID', 'The request is not valid HTTP.'];
}

/** Replies to a request that the framework cannot route, such as one with an invalid address. */
export function replyToBadAddress(error: FastifyError, _: unknown, reply: FastifyReply): void {
  reply.status(error.statusCode ?? 400).send(errorBody('INPUT_INVALID', error.message));
}

/** Whether the client broke off or garbled its body; then there is nothing wrong here, and the reply may not arrive. */
function isBadBody({ code }: { code?: string }): boolean {
  return (
    code !== undefined &&
    (code.startsWith('HPE_') || code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE')
  );
}

function formOf(
  request: FastifyRequest,
  code: ErrorCode,
  message: string,
  details?: Record<string, unknown>,
) {
  if (request.routeOptions.url?.startsWith('/graphql'))
    return { errors: [{ message, extensions: { ...details, code, remedy: ERRORS[code].remedy } }] };
  return errorBody(code, message);
}

/** The body of an error outside GraphQL. */
export function errorBody(code: ErrorCode, message: string) {
  return { error: { code, message, remedy: ERRORS[code].remedy } };
}
