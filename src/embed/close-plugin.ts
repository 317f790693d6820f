import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import { ProbelogError } from '../errors/index.js';

/**
 * Ends ProbeLog with the host's Apollo Server, after its last operation, and says at the start what was forgotten.
 *
 * @param queryField a field of Query that is there when our part was merged
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
