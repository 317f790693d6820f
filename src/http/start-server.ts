import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import cors from '@fastify/cors';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { ProbelogError } from '../errors/index.js';
import {
  buildSchema,
  type Context,
  formatError,
  limitCost,
  limitRules,
  type Services,
} from '../graphql/index.js';
import type { WebhookReceiver } from '../registries/index.js';
import { AtOnce } from './at-once.js';
import { answerErrors } from './error-answers.js';
import { addExplorer, wantsPage } from './explorer.js';
import { addGraphqlRoute } from './graphql-route.js';
import { readPersistedOperations } from './persisted-operations.js';
import { knowPrincipals } from './principals.js';
import { addProbeImages } from './probe-images.js';
import { addProbeKits } from './probe-kits.js';
import { openRateLimit } from './rate-limit.js';
import { addResponseUploads } from './response-uploads.js';
import { addSecurityHeaders } from './security-headers.js';
import type { ServerLimits } from './server-limits.js';
import { serveSubscriptions } from './subscriptions.js';
import { addWebhooks } from './webhooks.js';

const LISTEN_FAULTS: Record<string, string> = {
  EADDRINUSE: 'another program does; set another PORT, or 0 for a free one',
  EACCES: 'this user may not; ports below 1024 are reserved',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
};

/** What is served, and where. */
export interface ServerOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  services: Services;
  /** By the last part of their path. */
  webhooks: ReadonlyMap<string, WebhookReceiver>;
  limits: ServerLimits;
  logger: FastifyBaseLogger;
}

/** A server that answers. */
export interface RunningServer {
  /** Such as http://127.0.0.1:4000 */
  url: string;
  /** Finishes requests under way, ends subscriptions, and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves GraphQL (queries, mutations, subscriptions, the explorer), webhooks, probe images and kits, uploads of responses, and health.
 *
 * @throws ProbelogError CONFIG_INVALID when the address cannot be listened on
 */
export async function startServer({
  host,
  port,
  services,
  webhooks,
  limits,
  logger,
}: ServerOptions): Promise<RunningServer> {
  await services.access.checkExposure(host);
  const schema = await buildSchema();
  const persisted =
    limits.persistedOperations === undefined ? null : readPersistedOperations(limits.persistedOperations);
  const atOnce = new AtOnce(limits.operationsAtOnce);
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    trustProxy: limits.trustedProxies.length > 0 ? [...limits.trustedProxies] : false,
  });
  const apollo = new ApolloServer<Context>({
    schema,
    csrfPrevention: true,
    introspection: limits.introspection,
    hideSchemaDetailsFromClientErrors: !limits.introspection,
    parseOptions: { maxTokens: limits.maxTokens },
    validationRules: limitRules(limits),
    allowBatchedHttpRequests: limits.batchSize > 0,
    persistedQueries: limits.automaticPersistedQueries && !persisted ? undefined : false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [
      fastifyApolloDrainPlugin(app),
      limitCost(limits.maxCost),
      // It would have browsers load a page of somebody else's.
      ApolloServerPluginLandingPageDisabled(),
    ],
    formatError: (formatted, thrown) =>
      formatError(formatted, thrown, (message, details) => app.log.error(details, message)),
  });
  await apollo.start();

  answerErrors(app);
  await addSecurityHeaders(app, limits.corsOrigins.length > 0);
  if (limits.corsOrigins.length > 0) await allowOrigins(app, limits.corsOrigins);
  const rateLimit = await openRateLimit(app, limits);
  const isPage = (request: FastifyRequest) =>
    limits.explorer && request.routeOptions.url === '/graphql' && wantsPage(request);
  knowPrincipals(app, services.access, rateLimit, isPage);
  const showExplorer = limits.explorer ? addExplorer(app) : null;
  addGraphqlRoute(app, { apollo, services, limits, atOnce, persisted, showExplorer, wantsPage });
  app.get('/', { config: { door: 'OPEN' } }, (_request, reply) => reply.redirect('/graphql'));
  app.get('/health', { config: { door: 'OPEN' } }, async () => ({ status: 'ok' }));
  addProbeImages(app, services);
  addProbeKits(app, services);
  addResponseUploads(app, services);
  addWebhooks(app, webhooks);
  const subscriptions = serveSubscriptions(app, {
    schema,
    services,
    limits,
    atOnce,
    rateLimit,
    persisted,
  });

  await app.listen({ host, port }).catch((thrown) => {
    throw cannotListen(host, port, thrown);
  });
  const address = app.server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shownHost}:${address.port}`,
    async close() {
      await subscriptions.close();
      await apollo.stop();
      await app.close();
    },
  };
}

/** Pages of these sites may ask, and see what limits say; with a key or token that they have, as we know no cookies. */
async function allowOrigins(app: FastifyInstance, origins: readonly string[]): Promise<void> {
  await app.register(cors, {
    origin: [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT'],
    allowedHeaders: ['authorization', 'content-type', 'apollo-require-preflight', 'probe-set-digest'],
    exposedHeaders: ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'retry-after'],
    maxAge: 600,
  });
}

function cannotListen(host: string, port: number, thrown: NodeJS.ErrnoException): ProbelogError {
  const reason = LISTEN_FAULTS[thrown.code ?? ''] ?? thrown.message;
  return new ProbelogError(
    'CONFIG_INVALID',
    `The server cannot listen on HOST ${host}, PORT ${port}: ${reason}.`,
    {
      host,
      port,
    },
  );
}
