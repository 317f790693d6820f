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
      if (!schema.getQueryType()?.getFields()[queryField]) {
        throw new ProbelogError(
          'CONFIG_INVALID',
          `The server's Query has no field ${queryField}: merge the typeDefs and resolvers of createProbelog with its own.`,
        );
      }
      return { serverWillStop: close };
    },
  };
}
