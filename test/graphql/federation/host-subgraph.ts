import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

/** A version of a model, as the registry has it. */
export interface HostedModel {
  name: string;
  version: string;
  owner: string;
}

export const HOST_SDL = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
  type Query { registeredModels: [RegisteredModel!]! }
  type RegisteredModel @key(fields: "name version") {
    name: String!
    version: String!
    owner: String!
  }
`;

/** A registry's own subgraph, behind a real server. */
export async function startHostSubgraph(models: readonly HostedModel[]) {
  const server = new ApolloServer({
    schema: buildSubgraphSchema({
      typeDefs: parse(HOST_SDL),
      resolvers: {
        Query: { registeredModels: () => models },
        RegisteredModel: {
          __resolveReference: ({ name, version }: HostedModel) =>
            models.find((model) => model.name === name && model.version === version) ?? null,
        },
      },
    }),
  });
  const { url } = await startStandaloneServer(server, { listen: { host: '127.0.0.1', port: 0 } });
  return { url, close: () => server.stop() };
}
