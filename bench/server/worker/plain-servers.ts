import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyInstance, type RouteHandlerMethod } from 'fastify';
import { type GraphQLFieldResolver, type GraphQLSchema, isObjectType } from 'graphql';
import { ANONYMOUS, SCOPES } from '../../../src/access/index.js';
import { buildSchema, createContext, type Services } from '../../../src/graphql/index.js';

/** A server that sends the same text for every request. */
export async function startFixedServer(answer: string): Promise<string> {
  const app = Fastify();
  app.post('/graphql', (_, reply) => reply.type('application/json; charset=utf-8').send(answer));
  return listen(app);
}

/** Apollo Server on our schema, where `logits` gives the same page for every query. */
export async function startConstantServer(page: object): Promise<string> {
  const schema = await buildSchema();
  const answer = (type: string, field: string, resolve: GraphQLFieldResolver<unknown, unknown>) => {
    const object = schema.getType(type);
    if (isObjectType(object)) object.getFields()[field].resolve = resolve;
  };
  answer('Query', 'logits', () => page);
  answer('Logit', 'model', (logit) => (logit as { model: object }).model);
  return startApollo(schema, async () => ({}));
}

/** GraphQL as it would be without anything that keeps callers within limits. */
export async function startBareServer(services: Services): Promise<string> {
  const principal = { ...ANONYMOUS, scopes: SCOPES };
  return startApollo(await buildSchema(), async () => createContext(services, { principal }));
}

async function startApollo(schema: GraphQLSchema, context: () => Promise<object>): Promise<string> {
  const apollo = new ApolloServer({ schema, stopOnTerminationSignals: false });
  await apollo.start();
  const app = Fastify();
  app.post('/graphql', fastifyApolloHandler(apollo, { context }) as RouteHandlerMethod);
  return listen(app);
}

async function listen(app: FastifyInstance): Promise<string> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}
