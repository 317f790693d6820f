import type { ApolloServerPlugin } from '@apollo/server';
import { costError } from './cost.js';
import type { OperationLimits } from './operation-limits.js';

/** Refuses operations that cost too much, before anything is resolved. */
export function limitCost(limits: Pick<OperationLimits, 'maxCost' | 'introspection'>): ApolloServerPlugin {
  return {
    requestDidStart: async () => ({
      async didResolveOperation({ schema, document, operationName, request }) {
        const error = costError({ schema, document, operationName, variables: request.variables }, limits);
        if (error) throw error;
      },
    }),
  };
}
