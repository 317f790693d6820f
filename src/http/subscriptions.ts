import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { NOBODY, type Principal } from '../access/index.js';
import { ProbelogError } from '../errors/index.js';
import type { Services } from '../graphql/index.js';
import { originReader } from './forwarded.js';
import { goneSignal } from './gone-signal.js';
import { isForwarded } from './is-forwarded.js';
import type { RateLimit } from './rate-limit.js';
import type { ServerLimits } from './server-limits.js';
import {
  type Admitted,
  asGraphqlError,
  isSomebody,
  type SentPayload,
  type StreamedOperations,
} from './streamed-operations.js';
import { watchSocket } from './watch-socket.js';

/** The code of graphql-ws for somebody who begins too often. */
const TOO_MANY_REQUESTS = 4429;

/** What operations on a WebSocket are served with. */
export interface SubscriptionOptions {
  operations: StreamedOperations;
  services: Services;
  limits: ServerLimits;
  rateLimit: RateLimit;
}

/** What is known of a connection. */
interface Connection {
  extra: {
    request: IncomingMessage;
    socket: WebSocket;
    /** Tells the operations under way when it is closed; there once it is known whose connection it is. */
    gone?: AbortSignal;
  };
  connectionParams?: unknown;
  subscriptions: Readonly<Record<string, unknown>>;
}

/**
 * Serves subscriptions by the graphql-transport-ws protocol, at the same path as queries.
 *
 * Threat model: any web page may open a WebSocket to a local server, and browsers do not ask first. So a connection
 * with an `Origin` must come from this server's own pages, or those that the settings name. Whoever connects says who
 * they are in the first message, as `authorization` (a browser cannot set headers), and is looked up again for each
 * operation and each event: a connection does not outlive its key.
 */
export function serveSubscriptions(
  app: FastifyInstance,
  { operations, services, limits, rateLimit }: SubscriptionOptions,
): { close(): Promise<void> } {
  const originOf = originReader(limits.trustedProxies);
  const sockets = new WebSocketServer({
    server: app.server,
    path: '/graphql',
    maxPayload: limits.maxMessageBytes,
    verifyClient: ({ origin, req }: { origin?: string; req: IncomingMessage }, answer: Verdict) => {
      if (origin && !isAllowed(origin, originOf(req).host, limits.corsOrigins)) answer(false, 401);
      else if (sockets.clients.size >= limits.maxSockets)
        answer(false, 503, 'Service Unavailable', { 'retry-after': '10' });
      else answer(true);
    },
  });

  async function admit(
    connection: Connection,
    payload: SentPayload,
  ): Promise<Admitted | readonly GraphQLError[]> {
    if (Object.keys(connection.subscriptions).length > limits.maxSubscriptions)
      throw tooMany(limits.maxSubscriptions);
    const { request } = connection.extra;
    const { address } = originOf(request);
    const principal = await principalOf(connection);
    await rateLimit.countMessage({ principal, ip: address ?? '' });
    return operations.admit(
      {
        principal: () => principalOf(connection),
        gone: connection.extra.gone,
        address,
        userAgent: request.headers['user-agent'] ?? null,
        requestId: randomUUID(),
      },
      payload,
    );
  }

  function principalOf({ extra: { request }, connectionParams }: Connection): Promise<Principal> {
    const { headers } = request;
    const said = (connectionParams ?? {}) as Record<string, unknown>;
    const authorization = said.authorization ?? said.Authorization ?? headers.authorization;
    return services.access.principalOf({
      authorization: authorization === undefined ? undefined : String(authorization),
      host: originOf(request).host?.replace(/:\d+$/, ''),
      forwarded: isForwarded(request),
    });
  }

  const isStillSomebody = (connection: Connection) => principalOf(connection).then(isSomebody, () => false);
  /** Whoever guesses keys is counted here, too. */
  async function refuse({ extra: { request, socket } }: Connection): Promise<false> {
    const sender = { principal: NOBODY, ip: originOf(request).address ?? '' };
    await rateLimit.countMessage(sender).catch(() => socket.close(TOO_MANY_REQUESTS, 'Too many requests'));
    return false;
  }

  const served = useServer(
    {
      // Who is nobody is told so by graphql-ws: close code 4403.
      async onConnect(context) {
        const connection = context as Connection;
        if (!(await isStillSomebody(connection))) return refuse(connection);
        connection.extra.gone = goneSignal(connection.extra.socket);
        watchSocket(connection.extra.socket, {
          idleMs: limits.socketIdleSeconds * 1000,
          isBusy: () => Object.keys(connection.subscriptions).length > 0,
          isSomebody: () => isStillSomebody(connection),
        });
        return true;
      },
      onSubscribe: (context, _id, payload) =>
        admit(context as Connection, payload).catch((thrown) => [asGraphqlError(thrown)]),
      execute: (args) => operations.execute(args as Admitted),
      subscribe: (args) => operations.subscribe(args as Admitted),
      onNext: (_context, _id, _payload, _args, { errors, ...result }) =>
        errors ? { ...result, errors: operations.tell(errors) } : undefined,
      onError: (_context, _id, _payload, errors) => operations.tell(errors),
    },
    sockets,
  );
  return { close: async () => void (await served.dispose()) };
}

type Verdict = (allowed: boolean, code?: number, message?: string, headers?: Record<string, string>) => void;

function isAllowed(origin: string, host: string | undefined, listed: readonly string[]): boolean {
  return listed.includes(origin) || (URL.canParse(origin) && new URL(origin).host === host);
}

function tooMany(most: number): ProbelogError {
  return new ProbelogError('SERVER_BUSY', `One connection has at most ${most} operations at once.`, { most });
}
