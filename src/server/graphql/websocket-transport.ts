import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { GraphQLError } from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Access, Principal } from '../../access/index.js';
import { type ErrorCode, ProbelogError } from '../../errors/index.js';
import { authenticate } from '../auth/authenticate.js';
import { isForwarded } from '../auth/is-forwarded.js';
import type { RateLimit } from '../auth/rate-limit.js';
import { originReader } from '../auth/request-origin.js';
import type { ServerLimits } from '../server-limits.js';
import { disconnectSignal } from './disconnect-signal.js';
import {
  type AdmittedOperation,
  asGraphqlError,
  hasAnyScope,
  type OperationRunner,
  type SentOperation,
} from './run-operation.js';
import { BoundedWebSocket, watchSocket } from './web-socket-guards.js';

/** Errors that mean that credentials are not valid. Any other error says nothing about them. */
const INVALID_CREDENTIALS: ReadonlySet<ErrorCode> = new Set(['UNAUTHENTICATED', 'FORBIDDEN']);
/** A close code of RFC 6455's registry. Clients connect again, which they do not after an internal error. */
const TRY_AGAIN_LATER = 1013;

/** What operations over WebSocket are served with. */
export interface WebSocketTransportOptions {
  operations: OperationRunner;
  access: Access;
  limits: ServerLimits;
  rateLimit: RateLimit;
}

/** A connection request. */
interface Connecting {
  extra: { request: IncomingMessage };
  connectionParams?: unknown;
}

/** A connection. */
interface Connection extends Connecting {
  extra: {
    request: IncomingMessage;
    socket: WebSocket;
    /** Aborts the connection's operations when it closes; set once its credentials are checked. */
    signal?: AbortSignal;
  };
  subscriptions: Readonly<Record<string, unknown>>;
}

/**
 * Serves operations by the graphql-transport-ws protocol, at /graphql.
 *
 * Threat model: any web page may open a WebSocket to a local server, and browsers do not ask first. So a connection with
 * an `Origin` must come from this server's own pages, or from an origin in the settings. The credentials are in the first
 * message, as `authorization` (a browser cannot set headers), and are checked again for each operation and each event: a
 * connection does not outlive its key. Before the first message, a connection takes one of a limited number of places and
 * may be used to guess keys; so connections are counted before they are accepted.
 */
export function addWebSocketTransport(
  app: FastifyInstance,
  { operations, access, limits, rateLimit }: WebSocketTransportOptions,
): { close(): Promise<void> } {
  const originOf = originReader(limits.trustedProxies);
  const sockets = new WebSocketServer({
    // With `server`, graphql-ws would print errors of listening, such as a port in use, with their stack.
    noServer: true,
    path: '/graphql',
    maxPayload: limits.maxMessageBytes,
    WebSocket: BoundedWebSocket,
    verifyClient: ({ origin, req }: { origin?: string; req: IncomingMessage }, answer: Verdict) => {
      refusalOf(origin, req).then(
        (refusal) => (refusal ? answer(false, ...refusal) : answer(true)),
        () => answer(false, 500),
      );
    },
  });

  /**
   * Why a connection is refused; null when it is accepted. It counts as a request of the principal in its headers. Most
   * connections have no credentials there yet, and count for their address.
   */
  async function refusalOf(origin: string | undefined, request: IncomingMessage): Promise<Refusal | null> {
    const { host, address } = originOf(request);
    if (origin && !isAllowedOrigin(origin, host, limits.corsOrigins)) return [401];
    try {
      await authenticate({
        isNewKey: access.isNewKey(request.headers.authorization),
        principalOf: () => principalOf({ extra: { request } }),
        count: (principal) => rateLimit.countMessage({ principal, ip: address ?? '' }),
      });
    } catch (thrown) {
      if (!(thrown instanceof ProbelogError && thrown.code === 'RATE_LIMITED')) throw thrown;
      return [429, 'Too Many Requests', { 'retry-after': String(thrown.details.retryAfterSeconds) }];
    }
    // After the wait, in which other connections may have been accepted.
    if (sockets.clients.size >= limits.maxSockets)
      return [503, 'Service Unavailable', { 'retry-after': '10' }];
    return null;
  }

  async function admit(
    connection: Connection,
    sent: SentOperation,
  ): Promise<AdmittedOperation | readonly GraphQLError[]> {
    if (Object.keys(connection.subscriptions).length > limits.maxSubscriptions)
      throw tooManyOperations(limits.maxSubscriptions);
    const { request, signal } = connection.extra;
    const { address } = originOf(request);
    const principal = await principalOf(connection);
    await rateLimit.countMessage({ principal, ip: address ?? '' });
    const caller = {
      currentPrincipal: () => principalOf(connection),
      signal,
      address,
      userAgent: request.headers['user-agent'] ?? null,
      requestId: randomUUID(),
    };
    return operations.admit(caller, sent);
  }

  function principalOf({ extra: { request }, connectionParams }: Connecting): Promise<Principal> {
    const { headers } = request;
    const params = (connectionParams ?? {}) as Record<string, unknown>;
    const authorization = params.authorization ?? params.Authorization ?? headers.authorization;
    return access.principalOf({
      authorization: authorization === undefined ? undefined : String(authorization),
      host: originOf(request).host?.replace(/:\d+$/, ''),
      forwarded: isForwarded(request),
    });
  }

  /** @throws the error that kept us from checking */
  const isAllowed = (connection: Connection) =>
    principalOf(connection).then(hasAnyScope, (thrown) => {
      if (thrown instanceof ProbelogError && INVALID_CREDENTIALS.has(thrown.code)) return false;
      throw thrown;
    });

  const server = useServer(
    {
      // For false, graphql-ws closes with 4403, Forbidden.
      async onConnect(context) {
        const connection = context as Connection;
        const { socket } = connection.extra;
        const isValid = await isAllowed(connection).catch((thrown) => {
          app.log.error({ err: thrown }, 'The credentials of a WebSocket cannot be checked.');
          socket.close(TRY_AGAIN_LATER, 'Try again later');
          return false;
        });
        if (!isValid) return false;
        connection.extra.signal = disconnectSignal(socket);
        watchSocket(socket, {
          idleMs: limits.socketIdleSeconds * 1000,
          isBusy: () => Object.keys(connection.subscriptions).length > 0,
          // A database that does not answer now says nothing about the key; the next check may.
          isAllowed: () => isAllowed(connection).catch(() => true),
        });
        return true;
      },
      onSubscribe: (context, _id, payload) =>
        admit(context as Connection, payload).catch((thrown) => [asGraphqlError(thrown)]),
      execute: (args) => {
        const operation = args as AdmittedOperation;
        return operations
          .withinLimits(operation.caller.signal, (signal) => operations.execute(operation, signal))
          .catch(operations.failure);
      },
      subscribe: (args) => operations.subscribe(args as AdmittedOperation),
      // Results are formatted already; without this, the library would do it its own way.
      onNext: (_context, _id, _payload, _args, result) => result,
      onError: (_context, _id, _payload, errors) => operations.format(errors),
    },
    sockets,
  );
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) =>
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit('connection', opened, request));
  app.server.on('upgrade', upgrade);
  return {
    async close() {
      await server.dispose();
      app.server.off('upgrade', upgrade);
    },
  };
}

type Refusal = [code: number, message?: string, headers?: Record<string, string>];
type Verdict = (allowed: boolean, ...refusal: Partial<Refusal>) => void;

function isAllowedOrigin(origin: string, host: string | undefined, allowed: readonly string[]): boolean {
  return allowed.includes(origin) || (URL.canParse(origin) && new URL(origin).host === host);
}

function tooManyOperations(max: number): ProbelogError {
  const message = `A connection runs at most ${max} operations at a time. Wait for one to end.`;
  return new ProbelogError('SERVER_BUSY', message, { most: max });
}
