import { randomUUID } from 'node:crypto';
import cors from '@fastify/cors';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  LogController,
} from 'fastify';
import { limitBodyMemory } from './body-memory.js';
import { limitBodyTime } from './body-time.js';
import { addErrorReplies, replyToBadAddress, replyToBadHttp } from './error-replies.js';
import { addJsonBodies } from './json-bodies.js';
import { limitReplyTime, type ReplyPace } from './reply-time.js';
import { addSecurityHeaders } from './security-headers.js';
import type { ServerLimits } from './server-limits.js';

/** Names of uploaded files are paths, and may be percent-encoded; ids have a limit of their own. */
const MAX_PARAM_LENGTH = 2_000;
/** How often late connections are closed. */
const LATE_EVERY_MS = 1_000;

/** Options of the application. */
export interface AppOptions extends Pick<ServerLimits, 'corsOrigins' | 'trustedProxies' | 'maxBodiesBytes'> {
  /** Absent when the host's server enforces its own timeouts. */
  times?: RequestTimes;
}

/**
 * Times within which a request must arrive, and its reply be taken.
 *
 * Threat model: a client that opens connections and sends almost nothing (slow loris) holds a socket with each, for as
 * long as the server waits.
 */
export interface RequestTimes {
  headersMs: number;
  /** The whole request. */
  requestMs: number;
  /** The body, but for those with a pace of their own. */
  bodyMs: number;
  /** Nothing is sent or received on the connection for so long. */
  idleMs: number;
  /** How slowly a client may take the reply. */
  reply: ReplyPace;
}

/** A Fastify application without routes; sets up what all requests share. */
export async function createApp(
  logger: FastifyBaseLogger,
  { times, corsOrigins, trustedProxies, maxBodiesBytes }: AppOptions,
): Promise<FastifyInstance> {
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    routerOptions: { maxParamLength: MAX_PARAM_LENGTH },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    requestTimeout: times?.requestMs,
    connectionTimeout: times?.idleMs,
    http: times && { ...timeouts(times), connectionsCheckingInterval: LATE_EVERY_MS },
    clientErrorHandler: replyToBadHttp,
    frameworkErrors: (error, request, reply) => replyToBadAddress(error, request, reply as FastifyReply),
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
  });
  addErrorReplies(app);
  // Before all other hooks, which may refuse the request.
  if (times) limitBodyTime(app, times.bodyMs);
  if (times) limitReplyTime(app, times.reply, LATE_EVERY_MS);
  limitBodyMemory(app, maxBodiesBytes);
  addJsonBodies(app);
  await addSecurityHeaders(app, corsOrigins.length > 0);
  if (corsOrigins.length > 0) await allowOrigins(app, corsOrigins);
  return app;
}

function timeouts({ headersMs, requestMs }: RequestTimes) {
  return { headersTimeout: Math.min(headersMs, requestMs), requestTimeout: requestMs };
}

/** Pages of these sites may send requests and read rate-limit headers. They need a key: there are no cookies. */
async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT'],
    allowedHeaders: [
      'authorization',
      'content-type',
      'apollo-require-preflight',
      'probe-set-digest',
      'content-range',
      'content-digest',
      'repr-digest',
    ],
    exposedHeaders: [
      'etag',
      'ratelimit-limit',
      'ratelimit-remaining',
      'ratelimit-reset',
      'retry-after',
      'upload-offset',
      'upload-length',
      'upload-complete',
    ],
    maxAge: 600,
  });
}
