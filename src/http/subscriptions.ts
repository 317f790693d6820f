import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import {
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLSchema,
  subscribe,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { allows, NOBODY, type Principal } from '../access/index.js';
import { ProbelogError } from '../errors/index.js';
import { type Caller, checkOperation, createContext, formatError, type Services } from '../graphql/index.js';
import type { AtOnce } from './at-once.js';
import { originReader } from './forwarded.js';
import { inTime } from './in-time.js';
import type { PersistedOperations } from './persisted-operations.js';
import type { RateLimit } from './rate-limit.js';
import type { ServerLimits } from './server-limits.js';
import { watchSocket } from './watch-socket.js';

/** The code of graphql-ws for somebody who begins too often. */
const TOO_MANY_REQUESTS = 4429;

/** What operations on a WebSocket are served with; the limits are those of HTTP. */
export interface SubscriptionOptions {
  schema: GraphQLSchema;
  services: Services;
  limits: ServerLimits;
  atOnce: AtOnce;
  rateLimit: RateLimit;
  /** Null: any operation is run. */
  persisted: PersistedOperations | null;
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

/** An operation that was let in, and on whose behalf. */
interface Admitted extends ExecutionArgs {
  caller: Caller;
  gone: AbortSignal | undefined;
  /** @throws ProbelogError UNAUTHENTICATED when the connection's key is not good any more */
  stillGood(): Promise<void>;
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
  options: SubscriptionOptions,
): { close(): Promise<void> } {
  const { schema, services, limits, atOnce, rateLimit, persisted } = options;
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
    payload: Payload,
  ): Promise<Admitted | readonly GraphQLError[]> {
    if (Object.keys(connection.subscriptions).length > limits.maxSubscriptions)
      throw tooMany(limits.maxSubscriptions);
    const { request } = connection.extra;
    const principal = await principalOf(connection);
    const { address } = originOf(request);
    await rateLimit.countMessage({ principal, ip: address ?? '' });
    const hash: unknown = (payload.extensions as PersistedExtension | null | undefined)?.persistedQuery
      ?.sha256Hash;
    const query = persisted
      ? persisted.textOf({ query: payload.query, hash: typeof hash === 'string' ? hash : undefined })
      : payload.query;
    const { operationName, variables } = payload;
    const document = checkOperation(schema, { query, operationName, variables }, limits);
    if (!('kind' in document)) return document;
    const userAgent = request.headers['user-agent'] ?? null;
    const caller = { principal, address, userAgent, requestId: randomUUID() };
    return {
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: createContext(services, caller),
      caller,
      gone: connection.extra.gone,
      stillGood: async () => void (await principalOf(connection)),
    };
  }

  function principalOf({ extra: { request }, connectionParams }: Connection): Promise<Principal> {
    const { headers } = request;
    const said = (connectionParams ?? {}) as Record<string, unknown>;
    const authorization = said.authorization ?? said.Authorization ?? headers.authorization;
    return services.access.principalOf({
      authorization: authorization === undefined ? undefined : String(authorization),
      host: originOf(request).host?.replace(/:\d+$/, ''),
      forwarded: headers['x-forwarded-for'] !== undefined || headers.forwarded !== undefined,
    });
  }

  const isSomebody = (connection: Connection) =>
    principalOf(connection).then(
      (principal) => allows(principal, ['READ', 'INGEST', 'ADMIN']),
      () => false,
    );
  /** Whoever guesses keys is counted here, too. */
  async function refuse({ extra: { request, socket } }: Connection): Promise<false> {
    const sender = { principal: NOBODY, ip: originOf(request).address ?? '' };
    await rateLimit.countMessage(sender).catch(() => socket.close(TOO_MANY_REQUESTS, 'Too many requests'));
    return false;
  }

  const formatted = (errors: readonly GraphQLError[]) =>
    errors.map((error) =>
      formatError(error.toJSON(), error, (message, details) => app.log.error(details, message)),
    );
  const served = useServer(
    {
      // Who is nobody is told so by graphql-ws: close code 4403.
      async onConnect(context) {
        const connection = context as Connection;
        if (!(await isSomebody(connection))) return refuse(connection);
        connection.extra.gone = closing(connection.extra.socket);
        watchSocket(connection.extra.socket, {
          idleMs: limits.socketIdleSeconds * 1000,
          isBusy: () => Object.keys(connection.subscriptions).length > 0,
          isSomebody: () => isSomebody(connection),
        });
        return true;
      },
      onSubscribe: (context, _id, payload) =>
        admit(context as Connection, payload).catch((thrown) => [asGraphqlError(thrown)]),
      execute: (args) => {
        const { caller, gone, ...operation } = args as Admitted;
        return atOnce
          .run(() =>
            inTime(limits.operationSeconds, gone, async (signal) =>
              execute({ ...operation, contextValue: createContext(services, { ...caller, signal }) }),
            ),
          )
          .catch((thrown) => ({ errors: [asGraphqlError(thrown)] }));
      },
      subscribe: async (args) => {
        const events = await subscribe(args);
        return Symbol.asyncIterator in events ? whileGood(events, (args as Admitted).stillGood) : events;
      },
      onNext: (_context, _id, _payload, _args, { errors, ...result }) =>
        errors ? { ...result, errors: formatted(errors) } : undefined,
      onError: (_context, _id, _payload, errors) => formatted(errors),
    },
    sockets,
  );
  return { close: async () => void (await served.dispose()) };
}

type Verdict = (allowed: boolean, code?: number, message?: string, headers?: Record<string, string>) => void;

type Payload = {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown> | null;
  extensions?: unknown;
};

type PersistedExtension = { persistedQuery?: { sha256Hash?: unknown } };

function isAllowed(origin: string, host: string | undefined, listed: readonly string[]): boolean {
  return listed.includes(origin) || (URL.canParse(origin) && new URL(origin).host === host);
}

/** Events for as long as whoever asked for them is still let in. */
function whileGood(
  events: AsyncGenerator<ExecutionResult, void, void>,
  stillGood: () => Promise<void>,
): AsyncGenerator<ExecutionResult, void, void> {
  const next = events.next.bind(events);
  return Object.assign(events, {
    async next() {
      const event = await next();
      if (event.done) return event;
      try {
        await stillGood();
      } catch (thrown) {
        await events.return();
        throw thrown;
      }
      return event;
    },
  });
}

/** Tells when a connection is closed. */
function closing(socket: WebSocket): AbortSignal {
  const closed = new AbortController();
  setMaxListeners(0, closed.signal);
  socket.once('close', () => closed.abort(new ProbelogError('OPERATION_TIMEOUT', 'The client went away.')));
  return closed.signal;
}

function tooMany(most: number): ProbelogError {
  return new ProbelogError('SERVER_BUSY', `One connection has at most ${most} operations at once.`, { most });
}

function asGraphqlError(thrown: unknown): GraphQLError {
  if (thrown instanceof GraphQLError) return thrown;
  return new GraphQLError('', {
    originalError: thrown instanceof Error ? thrown : new Error(String(thrown)),
  });
}
