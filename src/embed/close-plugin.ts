import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { ProbelogError } from '../errors/index.js';

/**
 * Closes ProbeLog with the host's Apollo Server, after its last operation, and checks at the start that our part was merged.
 *
 * @param queryField a field of Query that exists if it was
 */
export function closePlugin(queryField: string, close: () => Promise<void>): ApolloServerPlugin<BaseContext> {
  return {
    async serverWillStart({ schema }) {
      const field = schema.getQueryType()?.getFields()[queryField];
      if (!field)
        throw new ProbelogError(
          'CONFIG_INVALID',
          `The server's Query has no field ${queryField}: merge the typeDefs of createProbelog with its own.`,
        );
      // Without a resolver, every answer would be null, without an error.
      if (!field.resolve)
        throw new ProbelogError(
          'CONFIG_INVALID',
          `The field ${queryField} of the server's Query has no resolver: merge the resolvers of createProbelog with its own.`,
        );
      return { serverWillStop: close };
    },
  };
}
