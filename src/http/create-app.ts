import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { answerErrors } from './error-answers.js';
import { addSecurityHeaders } from './security-headers.js';

/** A Fastify application without routes; what holds for every request of ours is set up here. */
export function createApp(logger: FastifyBaseLogger): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
  });
  addSecurityHeaders(app);
  answerErrors(app);
  return app;
}
