import type { AddressInfo } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { ProbelogError } from '../errors/index.js';
import { buildSchema, buildSubgraph, type SubgraphOptions } from '../graphql/index.js';
import { addAuthHook, credentialsOf } from './auth/auth-hook.js';
import { openRateLimit } from './auth/rate-limit.js';
import { createApp } from './create-app.js';
import { addGraphql } from './graphql/graphql-server.js';
import { addRoutes, type RouteOptions } from './routes/routes.js';
import { addUi } from './routes/ui.js';
import type { ServerLimits } from './server-limits.js';

const HOUR_MS = 3_600_000;
const SPARE_MS = 60_000;

/** What is served, and where. */
export interface ServerOptions extends RouteOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  limits: ServerLimits;
  /** As a subgraph of a supergraph; as a graph of its own when absent. */
  subgraph?: SubgraphOptions;
  logger: FastifyBaseLogger;
  /** Time to receive a whole request; an hour, as for uploads, when absent. */
  requestMs?: number;
}

/** A running server. */
export interface RunningServer {
  /** Such as http://127.0.0.1:4000 */
  url: string;
  /** Finishes requests under way, ends subscriptions, and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves GraphQL (queries, mutations, subscriptions, the explorer), the page, webhooks, probe images and kits, uploads of responses, and health.
 *
 * @throws ProbelogError CONFIG_INVALID when the address cannot be listened on, or the subgraph's model type has a name that ProbeLog uses
 */
export async function startServer({
  host,
  port,
  services,
  webhooks,
  limits,
  subgraph,
  logger,
  requestMs = HOUR_MS,
}: ServerOptions): Promise<RunningServer> {
  await services.access.checkExposure(host);
  const schema = await (subgraph ? buildSubgraph(subgraph) : buildSchema());
  const app = await createApp(logger, {
    ...limits,
    times: {
      headersMs: limits.headerSeconds * 1000,
      bodyMs: limits.bodySeconds * 1000,
      // An operation that takes its time sends nothing meanwhile.
      idleMs: limits.operationSeconds * 1000 + SPARE_MS,
      reply: { graceMs: limits.downloadStallSeconds * 1000, minRate: limits.minTransferRate },
      requestMs,
    },
  });
  app.server.maxConnections = limits.maxConnections;
  const rateLimit = await openRateLimit(app, limits);
  addAuthHook(app, {
    principalOf: (request) => services.access.principalOf(credentialsOf(request)),
    hasNewKey: ({ headers }) => services.access.isNewKey(headers.authorization),
    rateLimit,
  });
  const graphql = await addGraphql(app, { schema, services, limits, rateLimit });
  addRoutes(app, { services, webhooks });
  const hasUi = limits.ui && !subgraph && addUi(app, limits.frameAncestors);
  if (!hasUi)
    app.get('/', { config: { requiredScopes: 'OPEN' } }, (_request, reply) => reply.redirect('/graphql'));
  await app.listen({ host, port }).catch((thrown) => {
    throw cannotListen(host, port, thrown);
  });
  const address = app.server.address() as AddressInfo;
  const shownHost = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shownHost}:${address.port}`,
    async close() {
      await graphql.close();
      await app.close();
    },
  };
}

function cannotListen(host: string, port: number, thrown: NodeJS.ErrnoException): ProbelogError {
  const messages: Record<string, string> = {
    EADDRINUSE: `Port ${port} is already in use. Choose another with PORT.`,
    EACCES: `This user may not listen on port ${port}. Choose a PORT of 1024 or above.`,
    EADDRNOTAVAIL: `This machine does not have the address ${host}. Choose another with HOST.`,
    ENOTFOUND: `The host ${host} is unknown. Choose another with HOST.`,
  };
  const message =
    messages[thrown.code ?? ''] ??
    `The server cannot listen on HOST ${host}, PORT ${port}: ${thrown.message}.`;
  return new ProbelogError('CONFIG_INVALID', message, { host, port });
}
