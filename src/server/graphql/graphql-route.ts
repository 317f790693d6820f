import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { ProbelogError } from '../../errors/index.js';
import { type Context, createContext, type Services } from '../../graphql/index.js';

import { parseJson } from '../../lib/parse-json.js';

import { callerOf } from '../auth/auth-hook.js';
import { limitBodyTime } from '../body-time.js';
import type { ServerLimits } from '../server-limits.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { disconnectSignal } from './disconnect-signal.js';
import type { PersistedOperations } from './persisted-operations.js';
import { withDeadline } from './with-deadline.js';

/** What the route for operations needs. */
export interface GraphqlRouteOptions {
  apollo: ApolloServer<Context>;
  services: Services;
  limits: ServerLimits;
  atOnce: ConcurrencyLimit;
  /** Null: any operation is run. */
  persisted: PersistedOperations | null;
  /** Answers a browser that wants a page; null: there is none. */
  showExplorer: ((reply: FastifyReply) => FastifyReply) | null;
  wantsPage(request: FastifyRequest): boolean;
}

/** `GET` and `POST /graphql`: one operation, or as many as the limits allow. */
export function addGraphqlRoute(app: FastifyInstance, options: GraphqlRouteOptions): void {
  const { apollo, services, limits, atOnce, persisted, showExplorer, wantsPage } = options;
  app.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: '/graphql',
    bodyLimit: limits.maxBodyBytes,
    config: { requiredScopes: 'ANY', isOpen: (request) => showExplorer !== null && wantsPage(request) },
    onRequest: async (request, reply) => {
      if (showExplorer && wantsPage(request)) await showExplorer(reply);
      else limitBodyTime(request, limits.bodySeconds);
    },
    preHandler: async ({ method, body, query }) => {
      const operations = method === 'GET' ? [query] : Array.isArray(body) ? body : [body];
      checkBatch(operations.length, Array.isArray(body), limits.batchSize);
      if (persisted) for (const operation of operations) substitute(operation, persisted);
    },
    handler: (request, reply) =>
      atOnce.run(() =>
        withDeadline(limits.operationSeconds, disconnectSignal(reply.raw), (signal) => {
          const handle = fastifyApolloHandler(apollo, {
            context: async () => createContext(services, callerOf(request, signal)),
            // The integration types the reply as text; fastify's routes leave it open.
          }) as RouteHandlerMethod;
          return handle.call(app, persisted ? listedOf(request) : request, reply) as Promise<unknown>;
        }),
      ),
  });
}

function checkBatch(count: number, isList: boolean, most: number): void {
  if (!isList || (count > 0 && count <= most)) return;
  throw new ProbelogError(
    'OPERATION_TOO_COMPLEX',
    most === 0
      ? 'Operations are sent one by one here, not as a list.'
      : `A list holds 1 to ${most} operations, not ${count}.`,
    { limit: 'batch', most, found: count },
  );
}

/** Puts the listed text in the place of what was sent, so that nothing else reaches the parser. */
function substitute(operation: unknown, persisted: PersistedOperations): void {
  const sent = (operation ?? {}) as { query?: unknown; extensions?: unknown };
  const extensions = typeof sent.extensions === 'string' ? jsonOrNothing(sent.extensions) : sent.extensions;
  const hash: unknown = (extensions as { persistedQuery?: { sha256Hash?: unknown } } | null | undefined)
    ?.persistedQuery?.sha256Hash;
  sent.query = persisted.textOf({
    query: typeof sent.query === 'string' ? sent.query : undefined,
    hash: typeof hash === 'string' ? hash : undefined,
  });
  delete sent.extensions;
}

/** Apollo Server reads a GET from its address: there, too, the listed text stands in the place of what was sent. */
function listedOf(request: FastifyRequest): FastifyRequest {
  if (request.method !== 'GET') return request;
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  searchParams.set('query', (request.query as { query: string }).query);
  searchParams.delete('extensions');
  return Object.create(request, { url: { value: `${pathname}?${searchParams}` } });
}

function jsonOrNothing(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
