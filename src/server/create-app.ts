import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { ProbelogError } from '../errors/index.js';

import { isNestedTooDeep, MAX_JSON_DEPTH } from '../lib/parse-json.js';

import { addErrorReplies } from './error-replies.js';
import { addSecurityHeaders } from './security-headers.js';
import type { ServerLimits } from './server-limits.js';

/** How often late connections are looked for. */
const LATE_EVERY_MS = 1_000;

/** What may be said of every request. */
export interface AppOptions extends Pick<ServerLimits, 'corsOrigins' | 'trustedProxies'> {
  /** When requests are late; absent where a host hands us its own, which it has looked after. */
  times?: RequestTimes;
}

/**
 * Times within which a request must have come.
 *
 * Threat model: a client that opens connections and sends almost nothing (slow loris) holds a socket with each, for as
 * long as the server waits.
 */
export interface RequestTimes {
  headersMs: number;
  /** The whole of it. */
  requestMs: number;
}

/** A Fastify application without routes; what holds for every request of ours is set up here. */
export async function createApp(
  logger: FastifyBaseLogger,
  { times, corsOrigins, trustedProxies }: AppOptions,
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    requestTimeout: times?.requestMs,
    http: times && { ...timeouts(times), connectionsCheckingInterval: LATE_EVERY_MS },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
  });
  addErrorReplies(app);
  refuseDeepJson(app);
  await addSecurityHeaders(app, corsOrigins.length > 0);
  if (corsOrigins.length > 0) await allowOrigins(app, corsOrigins);
  return app;
}

/** Fastify's own parser, for bodies that {@link isNestedTooDeep} lets through. */
function refuseDeepJson(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    if (!isNestedTooDeep(body)) return parse(request, body.toString(), done);
    const message = `The body is nested deeper than ${MAX_JSON_DEPTH} levels.`;
    done(new ProbelogError('INPUT_INVALID', message, { limit: 'levels', most: MAX_JSON_DEPTH }));
  });
}

function timeouts({ headersMs, requestMs }: RequestTimes) {
  return { headersTimeout: Math.min(headersMs, requestMs), requestTimeout: requestMs };
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
