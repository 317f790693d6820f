import { ApolloServer, type ApolloServerPlugin, HeaderMap } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest, RouteHandlerMethod } from 'fastify';
import { GraphQLError, type GraphQLSchema } from 'graphql';
import { ProbelogError } from '../../errors/index.js';
import { checkText, formatError, parseOptions } from '../../graphql/index.js';
import { parseJson } from '../../lib/parse-json.js';
import { callerOf } from '../auth/auth-hook.js';
import { limitBodyTime } from '../body-time.js';
import type { ServerLimits } from '../server-limits.js';
import { disconnectSignal } from './disconnect-signal.js';
import { addExplorer, wantsPage } from './explorer.js';
import type { AdmittedOperation, OperationCaller, OperationRunner } from './run-operation.js';

/** What operations over HTTP are served with. */
export interface HttpTransportOptions {
  schema: GraphQLSchema;
  operations: OperationRunner;
  limits: ServerLimits;
  log(message: string, details: object): void;
}

/**
 * `GET` and `POST /graphql`: one operation, or a list of as many as the settings allow.
 *
 * Apollo Server reads and writes the protocol: methods, media types, protection against requests of other sites (CSRF),
 * lists, automatic persisted queries, status codes. The operations themselves run where all do, in run-operation.ts.
 */
export async function addHttpTransport(
  app: FastifyInstance,
  { schema, operations, limits, log }: HttpTransportOptions,
): Promise<{ close(): Promise<void> }> {
  const isListed = limits.persistedOperations !== undefined;
  const apollo = new ApolloServer<OperationCaller>({
    schema,
    csrfPrevention: true,
    introspection: limits.introspection,
    hideSchemaDetailsFromClientErrors: !limits.introspection,
    parseOptions: parseOptions(limits),
    // `operations` validates.
    dangerouslyDisableValidation: true,
    allowBatchedHttpRequests: limits.batchSize > 0,
    persistedQueries: limits.automaticPersistedQueries && !isListed ? undefined : false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    plugins: [
      fastifyApolloDrainPlugin(app),
      runBy(operations),
      // It loads a page from another site into the browser.
      ApolloServerPluginLandingPageDisabled(),
      // A subgraph would tell any caller how long each of its resolvers took.
      ApolloServerPluginInlineTraceDisabled(),
      // With APOLLO_KEY in the environment, they would send operations and schema to Apollo's servers.
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
    ],
    formatError: (formatted, thrown) => formatError(formatted, thrown, log),
  });
  await apollo.start();
  const showExplorer = limits.explorer ? addExplorer(app) : null;
  const isPage = (request: FastifyRequest) => showExplorer !== null && wantsPage(request);
  app.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: '/graphql',
    bodyLimit: limits.maxBodyBytes,
    config: { requiredScopes: 'ANY', isOpen: isPage },
    onRequest: async (request, reply) => {
      if (showExplorer && isPage(request)) await showExplorer(reply);
      else limitBodyTime(request, limits.bodySeconds);
    },
    preHandler: async ({ method, body, query }) => {
      const sent = method === 'GET' ? [query] : Array.isArray(body) ? body : [body];
      checkBatch(sent.length, Array.isArray(body), limits.batchSize);
      for (const operation of sent) {
        if (isListed) substitute(operation, operations);
        else checkSentText(operation, limits);
      }
    },
    // A list takes one place and has one time limit.
    handler: (request, reply) =>
      operations.withinLimits(disconnectSignal(reply.raw), (signal) => {
        const handle = fastifyApolloHandler(apollo, {
          context: async () => operationCallerOf(request, signal),
          // The integration types the reply as text; fastify's routes leave it open.
        }) as RouteHandlerMethod;
        return handle.call(app, isListed ? withListedText(request) : request, reply) as Promise<unknown>;
      }),
  });
  return { close: () => apollo.stop() };
}

/** The auth hook has checked the credentials, and a request over HTTP is short. */
function operationCallerOf(request: FastifyRequest, signal: AbortSignal): OperationCaller {
  return { ...callerOf(request, signal), currentPrincipal: async () => request.principal };
}

/** Runs what Apollo Server has read. */
function runBy(operations: OperationRunner): ApolloServerPlugin<OperationCaller> {
  const refused = (errors: readonly GraphQLError[]) => ({
    http: { status: 400, headers: new HeaderMap() },
    body: { kind: 'single' as const, singleResult: operations.failure(...errors) },
  });
  return {
    async requestDidStart() {
      let admission: Promise<AdmittedOperation | readonly GraphQLError[]>;
      return {
        async didResolveOperation({ request, document, operation, contextValue: caller, metrics }) {
          admission =
            operation?.operation === 'subscription'
              ? Promise.resolve([subscriptionOverHttp()])
              : operations.admit(caller, request, document);
          const isAdmitted = await admission.then(
            (admitted) => 'document' in admitted,
            () => false,
          );
          // Apollo Server stores the text of an automatic persisted query after this hook. Refused texts must not
          // push stored ones out of the cache.
          if (!isAdmitted) metrics.persistedQueryRegister = false;
        },
        async responseForOperation({ contextValue: caller }) {
          const admitted = await admission;
          if (!('document' in admitted)) return refused(admitted);
          const singleResult = await operations.execute(admitted, caller.signal);
          return { http: { headers: new HeaderMap() }, body: { kind: 'single', singleResult } };
        },
      };
    },
  };
}

function subscriptionOverHttp(): GraphQLError {
  const message =
    'A subscription needs a stream. Send it to POST /graphql/stream, or over a WebSocket to /graphql.';
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}

function checkBatch(count: number, isList: boolean, max: number): void {
  if (!isList || (count > 0 && count <= max)) return;
  throw new ProbelogError(
    'OPERATION_TOO_COMPLEX',
    max === 0
      ? 'This server takes one operation per request, not a list.'
      : `A list holds 1 to ${max} operations, not ${count}.`,
    { limit: 'batch', most: max, found: count },
  );
}

/** Apollo Server parses the text before anything else sees it. @throws ProbelogError OPERATION_TOO_COMPLEX */
function checkSentText(operation: unknown, limits: ServerLimits): void {
  const { query } = (operation ?? {}) as { query?: unknown };
  if (typeof query === 'string') checkText(query, limits);
}

/** Replaces the text that was sent with the listed one, so that nothing else reaches Apollo Server's parser. */
function substitute(operation: unknown, operations: OperationRunner): void {
  const sent = (operation ?? {}) as { query?: unknown; extensions?: unknown };
  const extensions = typeof sent.extensions === 'string' ? jsonOrNull(sent.extensions) : sent.extensions;
  const query = typeof sent.query === 'string' ? sent.query : undefined;
  sent.query = operations.textOf({ query, extensions });
  delete sent.extensions;
}

/** Apollo Server reads a GET from its URL: there, too, the listed text replaces what was sent. */
function withListedText(request: FastifyRequest): FastifyRequest {
  if (request.method !== 'GET') return request;
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  searchParams.set('query', (request.query as { query: string }).query);
  searchParams.delete('extensions');
  return Object.create(request, { url: { value: `${pathname}?${searchParams}` } });
}

function jsonOrNull(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}
