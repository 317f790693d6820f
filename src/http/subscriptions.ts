import type { Server } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { WebSocketServer } from 'ws';
import { createContext, formatError, type Services } from '../graphql/index.js';

/** Larger messages are no GraphQL operations of ours. */
const MOST_MESSAGE_BYTES = 256 * 2 ** 10;

/**
 * Serves subscriptions by the graphql-transport-ws protocol, at the same path as queries.
 *
 * Threat model: any web page may open a WebSocket to a local server, and browsers do not ask first. So a connection
 * with an `Origin` must come from this server's own pages.
 */
export function serveSubscriptions(
  server: Server,
  schema: GraphQLSchema,
  services: Services,
): { close(): Promise<void> } {
  const sockets = new WebSocketServer({
    server,
    path: '/graphql',
    maxPayload: MOST_MESSAGE_BYTES,
    verifyClient: ({ origin, req }: { origin?: string; req: { headers: { host?: string } } }) =>
      !origin || (URL.canParse(origin) && new URL(origin).host === req.headers.host),
  });
  const served = useServer(
    {
      schema,
      context: () => createContext(services),
      onError: (_context, _id, _payload, errors) =>
        errors.map((error) => formatError(error.toJSON(), error, () => undefined)),
    },
    sockets,
  );
  return { close: async () => void (await served.dispose()) };
}
