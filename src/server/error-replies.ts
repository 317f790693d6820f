import type { FastifyError, FastifyInstance, FastifyRequest } from 'fastify';
import { knownError, ProbelogError } from '../errors/index.js';

/**
 * Every error outside an operation has one form, `{ "error": { "code", "message" } }`, with the status of its code; at
 * /graphql it has the form of GraphQL.
 */
export function addErrorReplies(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const [path] = request.originalUrl.split('?');
    const hint = app.hasRoute({ method: 'POST', url: '/graphql' }) ? ' GraphQL is at /graphql.' : '';
    const message = `There is nothing at ${request.method} ${path}.${hint}`;
    return reply.status(404).send({ error: { code: 'NOT_FOUND', message } });
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
    request.log.error({ error }, 'request failed with an internal error');
    const message = `Internal error ${request.id}; the server's log has the details.`;
    return reply.status(500).send(formOf(request, 'INTERNAL', message));
  });
}

function formOf(request: FastifyRequest, code: string, message: string, details?: Record<string, unknown>) {
  if (request.routeOptions.url?.startsWith('/graphql'))
    return { errors: [{ message, extensions: { ...details, code } }] };
  return { error: { code, message } };
}
