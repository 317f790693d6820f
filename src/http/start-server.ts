import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  LogController,
  type RouteHandlerMethod,
} from 'fastify';
import { ProbelogError } from '../errors/index.js';
import { buildSchema, type Context, createContext, formatError, type Services } from '../graphql/index.js';
import type { WebhookReceiver } from '../registries/index.js';
import { answerErrors } from './error-answers.js';
import { addExplorer, wantsPage } from './explorer.js';
import { addProbeImages } from './probe-images.js';
import { addProbeKits } from './probe-kits.js';
import { addResponseUploads } from './response-uploads.js';
import { addSecurityHeaders } from './security-headers.js';
import { serveSubscriptions } from './subscriptions.js';
import { addWebhooks } from './webhooks.js';

/** Room for the labels of a very large model, or for a picture of 10 MiB in base64. */
const MOST_BODY_BYTES = 16 * 2 ** 20;

const HOUR_MS = 3_600_000;

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
  logger: FastifyBaseLogger;
  /** Time within which a request must have come whole; as long as uploads have. */
  requestMs?: number;
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
  logger,
  requestMs = HOUR_MS,
}: ServerOptions): Promise<RunningServer> {
  const schema = await buildSchema();
  const app: FastifyInstance = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    forceCloseConnections: 'idle',
    requestTimeout: requestMs,
  });
  const apollo = new ApolloServer<Context>({
    schema,
    csrfPrevention: true,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [fastifyApolloDrainPlugin(app)],
    formatError: (formatted, thrown) =>
      formatError(formatted, thrown, (message, details) => app.log.error(details, message)),
  });
  await apollo.start();

  addSecurityHeaders(app);
  answerErrors(app);
  const showExplorer = addExplorer(app);
  app.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: '/graphql',
    bodyLimit: MOST_BODY_BYTES,
    onRequest: async (request, reply) => {
      if (wantsPage(request)) await showExplorer(reply);
    },
    // The integration types the reply as text; fastify's routes leave it open.
    handler: fastifyApolloHandler(apollo, {
      context: async () => createContext(services),
    }) as RouteHandlerMethod,
  });
  app.get('/', (_request, reply) => reply.redirect('/graphql'));
  app.get('/health', async () => ({ status: 'ok' }));
  addProbeImages(app, services);
  addProbeKits(app, services);
  addResponseUploads(app, services);
  addWebhooks(app, webhooks);
  const subscriptions = serveSubscriptions(app.server, schema, services);

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
