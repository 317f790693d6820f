import type { AddressInfo } from 'node:net';
import type { FastifyBaseLogger } from 'fastify';
import { ProbelogError } from '../errors/index.js';
import { buildSchema, buildSubgraph, type SubgraphOptions } from '../graphql/index.js';
import { addAuthHook, credentialsOf } from './auth/auth-hook.js';
import { openRateLimit } from './auth/rate-limit.js';
import { createApp } from './create-app.js';
import { addGraphql } from './graphql/graphql-server.js';
import { addRoutes, type RouteOptions } from './routes/routes.js';
import type { ServerLimits } from './server-limits.js';

const HOUR_MS = 3_600_000;

const LISTEN_FAULTS: Record<string, string> = {
  EADDRINUSE: 'another program does; set another PORT, or 0 for a free one',
  EACCES: 'this user may not; ports below 1024 are reserved',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
};

/** What is served, and where. */
export interface ServerOptions extends RouteOptions {
  host: string;
  /** 0 picks a free one. */
  port: number;
  limits: ServerLimits;
  /** As a subgraph of a supergraph; as a graph of its own when absent. */
  subgraph?: SubgraphOptions;
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
 * @throws ProbelogError CONFIG_INVALID when the address cannot be listened on, or the subgraph's model type has a name of ours
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
    times: { headersMs: limits.headerSeconds * 1000, requestMs },
  });
  const rateLimit = await openRateLimit(app, limits);
  addAuthHook(app, {
    principalOf: (request) => services.access.principalOf(credentialsOf(request)),
    hasNewKey: ({ headers }) => services.access.isNewKey(headers.authorization),
    rateLimit,
  });
  const graphql = await addGraphql(app, { schema, services, limits, rateLimit });
  addRoutes(app, { services, webhooks });
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
