import type { ApolloServerPlugin } from '@apollo/server';
import { costError } from './cost.js';

/** Refuses operations that cost too much, before anything is resolved. */
export function limitCost(most: number): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      async didResolveOperation({ schema, document, operationName, request }) {
        const error = costError({ schema, document, operationName, variables: request.variables }, most);
        if (error) throw error;
      },
    }),
  };
}
