import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Service } from '../../app/index.js';
import type { Services } from '../../graphql/index.js';
import type { RateLimit } from '../auth/rate-limit.js';
import type { ServerLimits } from '../server-limits.js';
import { addHttpTransport } from './http-transport.js';
import { operationRunner } from './run-operation.js';
import { addSseTransport } from './sse-transport.js';
import { addWebSocketTransport } from './websocket-transport.js';

/** What GraphQL is served from, and its limits. */
export interface GraphqlOptions {
  schema: GraphQLSchema;
  services: Services;
  limits: ServerLimits;
  rateLimit: RateLimit;
}

/** What resolvers and routes work on, out of an opened service. @param basePath see {@link Services.basePath} */
export function servicesOf(
  {
    store,
    access,
    imageLinks,
    cursorSeal,
    thumbnails,
    previews,
    search,
    concepts,
    ingest,
    uploads,
    modelUploads,
    runners,
    sweeper,
    webhooks,
    config,
  }: Service,
  basePath = '',
): Services {
  return {
    store,
    access,
    imageLinks,
    cursorSeal,
    thumbnails,
    previews,
    search,
    concepts,
    ingest,
    uploads,
    modelUploads,
    runners,
    sweeper,
    receivers: webhooks,
    defaultProbeSet: config.probeSet,
    basePath,
  };
}

/**
 * Serves GraphQL: queries, mutations and the explorer at /graphql, WebSocket at the same path, and server-sent events at
 * /graphql/stream. Three transports, one {@link operationRunner}.
 */
export async function addGraphql(
  app: FastifyInstance,
  { schema, services, limits, rateLimit }: GraphqlOptions,
): Promise<{ close(): Promise<void> }> {
  const log = (message: string, details: object) => app.log.error(details, message);
  const operations = operationRunner({ schema, services, limits, log });
  const http = await addHttpTransport(app, { schema, operations, limits, log });
  const { access } = services;
  const sse = addSseTransport(app, { operations, access, limits });
  const webSocket = addWebSocketTransport(app, { operations, access, limits, rateLimit });
  return {
    async close() {
      sse.close();
      await webSocket.close();
      await http.close();
    },
  };
}
