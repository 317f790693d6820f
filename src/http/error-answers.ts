import type { FastifyError, FastifyInstance } from 'fastify';
import { ProbelogError } from '../errors/index.js';

/** Every error outside GraphQL has one form: `{ "error": { "code", "message" } }`, with the status of its code. */
export function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((request, reply) => {
    const message = `There is nothing at ${request.method} ${request.url.split('?')[0]}; GraphQL is at /graphql.`;
    return reply.status(404).send({ error: { code: 'NOT_FOUND', message } });
  });
  app.setErrorHandler<FastifyError | ProbelogError>((error, request, reply) => {
    if (error instanceof ProbelogError) {
      const { code, message, httpStatus, retryAfterSeconds } = error;
      if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
      return reply.status(httpStatus).send({ error: { code, message } });
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      const code = error.statusCode === 413 ? 'PAYLOAD_TOO_LARGE' : 'INPUT_INVALID';
      return reply.status(error.statusCode).send({ error: { code, message: error.message } });
    }
    request.log.error({ error }, 'a request failed on a fault of ours');
    const message = `Internal error ${request.id}; the server's log has the details.`;
    return reply.status(500).send({ error: { code: 'INTERNAL', message } });
  });
}
