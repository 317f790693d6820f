import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { answerErrors } from './error-answers.js';
import { addSecurityHeaders } from './security-headers.js';

/** What may be said of every request. */
export interface AppOptions {
  /** Time within which a request must have come whole; 0: any. A host that hands us its requests has its own. */
  requestMs?: number;
}

/** A Fastify application without routes; what holds for every request of ours is set up here. */
export function createApp(logger: FastifyBaseLogger, { requestMs = 0 }: AppOptions = {}): FastifyInstance {
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    requestTimeout: requestMs,
  });
  addSecurityHeaders(app);
  answerErrors(app);
  return app;
}
