import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { type Context, formatError, limitCost, limitRules, type Services } from '../../graphql/index.js';
import type { RateLimit } from '../auth/rate-limit.js';
import type { ServerLimits } from '../server-limits.js';
import { ConcurrencyLimit } from './concurrency-limit.js';
import { addEventStreams } from './event-streams.js';
import { addExplorer, wantsPage } from './explorer.js';
import { addGraphqlRoute } from './graphql-route.js';
import { readPersistedOperations } from './persisted-operations.js';
import { streamedOperations } from './streamed-operations.js';
import { serveSubscriptions } from './subscriptions.js';

/** What is served at /graphql, and to which limits it is held. */
export interface GraphqlOptions {
  schema: GraphQLSchema;
  services: Services;
  limits: ServerLimits;
  rateLimit: RateLimit;
}

/**
 * Serves GraphQL at /graphql: queries and mutations, subscriptions by WebSocket and (at /graphql/stream) as event streams,
 * and the explorer for browsers.
 */
export async function addGraphql(
  app: FastifyInstance,
  { schema, services, limits, rateLimit }: GraphqlOptions,
): Promise<{ close(): Promise<void> }> {
  const persisted =
    limits.persistedOperations === undefined ? null : readPersistedOperations(limits.persistedOperations);
  const atOnce = new ConcurrencyLimit(limits.maxConcurrentOperations);
  const log = (message: string, details: object) => app.log.error(details, message);
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
      limitCost(limits),
      // It would have browsers load a page of somebody else's.
      ApolloServerPluginLandingPageDisabled(),
      // A subgraph would tell whoever asks how long each of its resolvers took.
      ApolloServerPluginInlineTraceDisabled(),
    ],
    formatError: (formatted, thrown) => formatError(formatted, thrown, log),
  });
  await apollo.start();
  const showExplorer = limits.explorer ? addExplorer(app) : null;
  addGraphqlRoute(app, { apollo, services, limits, atOnce, persisted, showExplorer, wantsPage });
  app.get('/', { config: { requiredScopes: 'OPEN' } }, (_request, reply) => reply.redirect('/graphql'));
  const operations = streamedOperations({ schema, services, limits, atOnce, persisted, log });
  const streams = addEventStreams(app, { operations, services, limits });
  const subscriptions = serveSubscriptions(app, { operations, services, limits, rateLimit });
  return {
    async close() {
      streams.close();
      await subscriptions.close();
      await apollo.stop();
    },
  };
}
