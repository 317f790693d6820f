import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, RouteHandlerMethod } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import { type Context, createContext, formatError, type Services } from '../graphql/index.js';
import { addExplorer, wantsPage } from './explorer.js';
import { serveSubscriptions } from './subscriptions.js';

/** Room for the labels of a very large model, or for a picture of 10 MiB in base64. */
const MOST_BODY_BYTES = 16 * 2 ** 20;

/** Serves GraphQL at /graphql: queries and mutations, subscriptions, and the explorer for browsers. */
export async function addGraphql(
  app: FastifyInstance,
  schema: GraphQLSchema,
  services: Services,
): Promise<{ close(): Promise<void> }> {
  const apollo = new ApolloServer<Context>({
    schema,
    csrfPrevention: true,
    introspection: true,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // A subgraph would tell whoever asks how long each of its resolvers took.
    plugins: [fastifyApolloDrainPlugin(app), ApolloServerPluginInlineTraceDisabled()],
    formatError: (formatted, thrown) =>
      formatError(formatted, thrown, (message, details) => app.log.error(details, message)),
  });
  await apollo.start();
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
  const subscriptions = serveSubscriptions(app.server, schema, services);
  return {
    async close() {
      await subscriptions.close();
      await apollo.stop();
    },
  };
}
