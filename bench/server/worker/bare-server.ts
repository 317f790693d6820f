import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type RouteHandlerMethod } from 'fastify';
import { ANONYMOUS, SCOPES } from '../../../src/access/index.js';
import { buildSchema, type Context, createContext, type Services } from '../../../src/graphql/index.js';

/** GraphQL as it would be without anything that keeps callers within limits. */
export async function startBareServer(services: Services): Promise<string> {
  const apollo = new ApolloServer<Context>({
    schema: await buildSchema(),
    stopOnTerminationSignals: false,
  });
  await apollo.start();
  const app = Fastify();
  const principal = { ...ANONYMOUS, scopes: SCOPES };
  app.post(
    '/graphql',
    fastifyApolloHandler(apollo, {
      context: async () => createContext(services, { principal }),
    }) as RouteHandlerMethod,
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}
