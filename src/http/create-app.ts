import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { answerErrors } from './error-answers.js';
import { addSecurityHeaders } from './security-headers.js';
import type { ServerLimits } from './server-limits.js';

/** What may be said of every request. */
export interface AppOptions extends Pick<ServerLimits, 'corsOrigins' | 'trustedProxies'> {
  /** Time within which a request must have come whole; 0: any. A host that hands us its requests has its own. */
  requestMs: number;
}

/** A Fastify application without routes; what holds for every request of ours is set up here. */
export async function createApp(
  logger: FastifyBaseLogger,
  { requestMs, corsOrigins, trustedProxies }: AppOptions,
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    requestTimeout: requestMs,
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
  });
  answerErrors(app);
  await addSecurityHeaders(app, corsOrigins.length > 0);
  if (corsOrigins.length > 0) await allowOrigins(app, corsOrigins);
  return app;
}

/** Pages of these sites may ask, and see what limits say; with a key or token that they have, as we know no cookies. */
async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT'],
    allowedHeaders: ['authorization', 'content-type', 'apollo-require-preflight', 'probe-set-digest'],
    exposedHeaders: ['etag', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after'],
    maxAge: 600,
  });
}
