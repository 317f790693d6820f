import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Principal } from '../../access/index.js';
import { type ErrorCode, ProbelogError } from '../../errors/index.js';
import type { Services } from '../../graphql/index.js';
import { authenticate } from '../auth/authenticate.js';
import { isForwarded } from '../auth/is-forwarded.js';
import type { RateLimit } from '../auth/rate-limit.js';
import { originReader } from '../auth/request-origin.js';
import type { ServerLimits } from '../server-limits.js';
import { disconnectSignal } from './disconnect-signal.js';
import { ShallowWebSocket } from './shallow-web-socket.js';
import {
  type Admitted,
  asGraphqlError,
  isSomebody,
  type SentPayload,
  type StreamedOperations,
} from './streamed-operations.js';
import { watchSocket } from './watch-socket.js';

/** What is said of credentials that are not good; any other error says nothing of them. */
const NOT_GOOD: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);
/** A code of RFC 6455's registry. Clients come again, which they do not after an internal error. */
const TRY_AGAIN_LATER = 1013;

/** What operations on a WebSocket are served with. */
export interface SubscriptionOptions {
  operations: StreamedOperations;
  services: Services;
  limits: ServerLimits;
  rateLimit: RateLimit;
}

/** What is known of a connection before it is made. */
interface Connecting {
  extra: { request: IncomingMessage };
  connectionParams?: unknown;
}

/** What is known of a connection. */
interface Connection extends Connecting {
  extra: {
    request: IncomingMessage;
    socket: WebSocket;
    /** Tells the operations under way when it is closed; there once it is known whose connection it is. */
    gone?: AbortSignal;
  };
  subscriptions: Readonly<Record<string, unknown>>;
}

/**
 * Serves subscriptions by the graphql-transport-ws protocol, at the same path as queries.
 *
 * Threat model: any web page may open a WebSocket to a local server, and browsers do not ask first. So a connection
 * with an `Origin` must come from this server's own pages, or those that the settings name. Whoever connects says who
 * they are in the first message, as `authorization` (a browser cannot set headers), and is looked up again for each
 * operation and each event: a connection does not outlive its key. Until then it takes a place among a limited number of
 * connections, and it may guess keys; so connections are counted before they are made.
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
    WebSocket: ShallowWebSocket,
    verifyClient: ({ origin, req }: { origin?: string; req: IncomingMessage }, answer: Verdict) => {
      refusalOf(origin, req).then(
        (refusal) => (refusal ? answer(false, ...refusal) : answer(true)),
        () => answer(false, 500),
      );
    },
  });

  /**
   * Why a connection is not to be made; null when it may be. It counts as a request of whoever its headers say; most
   * have none yet, and count for their address.
   */
  async function refusalOf(origin: string | undefined, request: IncomingMessage): Promise<Refusal | null> {
    const { host, address } = originOf(request);
    if (origin && !isAllowed(origin, host, limits.corsOrigins)) return [401];
    try {
      await authenticate({
        isNewKey: services.access.isNewKey(request.headers.authorization),
        principalOf: () => principalOf({ extra: { request } }),
        count: (principal) => rateLimit.countMessage({ principal, ip: address ?? '' }),
      });
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError && thrown.code === 'RATE_LIMITED')) throw thrown;
      return [429, 'Too Many Requests', { 'retry-after': String(thrown.details.retryAfterSeconds) }];
    }
    // Not before the wait: others may have come meanwhile.
    if (sockets.clients.size >= limits.maxSockets)
      return [503, 'Service Unavailable', { 'retry-after': '10' }];
    return null;
  }

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

  function principalOf({ extra: { request }, connectionParams }: Connecting): Promise<Principal> {
    const { headers } = request;
    const said = (connectionParams ?? {}) as Record<string, unknown>;
    const authorization = said.authorization ?? said.Authorization ?? headers.authorization;
    return services.access.principalOf({
      authorization: authorization === undefined ? undefined : String(authorization),
      host: originOf(request).host?.replace(/:\d+$/, ''),
      forwarded: isForwarded(request),
    });
  }

  /** @throws what kept us from finding out */
  const isStillSomebody = (connection: Connection) =>
    principalOf(connection).then(isSomebody, (thrown) => {
      if (thrown instanceof ProbelogError && NOT_GOOD.has(thrown.code)) return false;
      throw thrown;
    });

  const served = useServer(
    {
      // Who is nobody is told so by graphql-ws: close code 4403.
      async onConnect(context) {
        const connection = context as Connection;
        const { socket } = connection.extra;
        const isGood = await isStillSomebody(connection).catch((thrown) => {
          app.log.error({ err: thrown }, 'It cannot be found out whose WebSocket it is.');
          socket.close(TRY_AGAIN_LATER, 'Try again later');
          return false;
        });
        if (!isGood) return false;
        connection.extra.gone = disconnectSignal(socket);
        watchSocket(socket, {
          idleMs: limits.socketIdleSeconds * 1000,
          isBusy: () => Object.keys(connection.subscriptions).length > 0,
          // A database that does not answer now is no word on the key; the next look may have one.
          isSomebody: () => isStillSomebody(connection).catch(() => true),
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

type Refusal = [code: number, message?: string, headers?: Record<string, string>];
type Verdict = (allowed: boolean, ...refusal: Partial<Refusal>) => void;

function isAllowed(origin: string, host: string | undefined, listed: readonly string[]): boolean {
  return listed.includes(origin) || (URL.canParse(origin) && new URL(origin).host === host);
}

function tooMany(most: number): ProbelogError {
  return new ProbelogError('SERVER_BUSY', `One connection has at most ${most} operations at once.`, { most });
}
