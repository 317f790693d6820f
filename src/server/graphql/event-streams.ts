import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import { createHandler } from 'graphql-sse';
import { z } from 'zod';
import { ProbelogError } from '../../errors/index.js';
import type { Services } from '../../graphql/index.js';
import { callerOf, credentialsOf } from '../auth/auth-hook.js';
import { limitBodyTime } from '../body-time.js';
import type { ServerLimits } from '../server-limits.js';
import { cancellableGenerator } from './cancellable-generator.js';
import { disconnectSignal } from './disconnect-signal.js';
import {
  type Admitted,
  asGraphqlError,
  type Sender,
  type SentPayload,
  type StreamedOperations,
} from './streamed-operations.js';

const EVENT_STREAM = 'text/event-stream';
/** A comment is sent every 12 s: when none has left this machine for so long, nobody reads. */
const STALL_MS = 60_000;

/** What event streams are served with. */
export interface EventStreamOptions {
  operations: StreamedOperations;
  services: Pick<Services, 'access'>;
  limits: ServerLimits;
}

/**
 * `POST /graphql/stream`: an operation whose results are sent as server-sent events, by the "distinct connections mode"
 * of the graphql-sse protocol: one operation, one answer.
 *
 * Threat model: as for queries, a page of another site must not be able to ask. So the operation is a JSON body, which
 * browsers let such a page send only when the settings allow its origin; there is no GET, which an `EventSource` sends
 * unasked.
 */
export function addEventStreams(
  app: FastifyInstance,
  { operations, services, limits }: EventStreamOptions,
): { close(): void } {
  const open = new Set<ServerResponse>();
  let isClosing = false;

  app.route({
    method: 'POST',
    url: '/graphql/stream',
    bodyLimit: limits.maxMessageBytes,
    config: { requiredScopes: 'ANY' },
    onRequest: async (request, reply) => {
      if (isClosing) throw new ProbelogError('SERVER_CLOSING', 'The server is about to end.');
      if (open.size >= limits.maxSockets) throw tooMany(limits.maxSockets);
      if (!(request.headers.accept ?? '').includes(EVENT_STREAM)) throw notAccepted();
      limitBodyTime(request, limits.bodySeconds);
      hold(request, reply);
    },
    handler: async (request, reply) => {
      const payload = payloadOf(request.body);
      const admitted = await operations.admit(senderOf(request, reply), payload);
      return answer(request, reply, 'document' in admitted ? admitted : once({ errors: admitted }), payload);
    },
  });

  /** Counts it for as long as it is open, its body included. */
  function hold({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply): void {
    open.add(raw);
    raw.once('close', () => open.delete(raw));
    socket.setTimeout(STALL_MS);
  }

  const senderOf = (request: FastifyRequest, { raw }: FastifyReply): Sender => ({
    ...callerOf(request),
    principal: () => services.access.principalOf(credentialsOf(request)),
    gone: disconnectSignal(raw),
  });

  /** The library speaks the protocol; what is run, and for whom, was settled before. */
  async function answer(
    request: FastifyRequest,
    reply: FastifyReply,
    operation: Admitted | AsyncGenerator<ExecutionResult, void, void>,
    payload: SentPayload,
  ): Promise<FastifyReply> {
    const handle = createHandler({
      authenticate: () => null,
      onSubscribe: () => operation as Admitted & { contextValue: undefined },
      validate: () => [],
      execute: (args) => operations.execute(args as unknown as Admitted),
      subscribe: async (args) => {
        const events = await operations.subscribe(args as unknown as Admitted);
        return Symbol.asyncIterator in events ? faultAsResult(events) : events;
      },
      onNext: (_context, _request, { errors, ...result }) =>
        // What is sent as JSON has fewer fields than the library's type, which is that of errors before they are.
        errors ? ({ ...result, errors: operations.tell(errors) } as unknown as ExecutionResult) : undefined,
    });
    const [body] = await handle({
      method: 'POST',
      url: request.url,
      headers: { get: (name) => (name === 'accept' ? EVENT_STREAM : 'application/json') },
      body: { ...payload, query: payload.query ?? '' },
      raw: request,
      context: undefined,
    });
    return (
      reply
        .header('content-type', `${EVENT_STREAM}; charset=utf-8`)
        .header('cache-control', 'no-store')
        // What proxies that collect an answer before they pass it on (nginx and those who learned of it) look for.
        .header('x-accel-buffering', 'no')
        .send(Readable.from(body ?? [], { objectMode: false }))
    );
  }

  return {
    // Without the event that says that all was sent: whoever listens comes again, where somebody answers.
    close() {
      isClosing = true;
      for (const { socket } of open) socket?.destroySoon();
    },
  };
}

const sent = z.object({
  query: z.string().nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** Only a body that is declared as JSON comes here as anything else than a text. */
function payloadOf(body: unknown): SentPayload {
  const parsed = sent.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ProbelogError(
    'INPUT_INVALID',
    'The body must be JSON, with content-type: application/json, and have the operation as query, with operationName and variables where it has those.',
  );
}

async function* once<T>(result: T): AsyncGenerator<T, void, void> {
  yield result;
}

/** A stream that ends on an error says so in its last result. */
function faultAsResult(
  events: AsyncGenerator<ExecutionResult, void, void>,
): AsyncGenerator<ExecutionResult, void, void> {
  async function* told() {
    try {
      yield* events;
    } catch (thrown) {
      yield { errors: [asGraphqlError(thrown)] };
    }
  }
  return cancellableGenerator(told(), events);
}

function notAccepted(): ProbelogError {
  return new ProbelogError(
    'INPUT_INVALID',
    `This address answers with events alone: ask with accept: ${EVENT_STREAM}, or at /graphql.`,
  );
}

function tooMany(most: number): ProbelogError {
  return new ProbelogError('SERVER_BUSY', `${most} event streams are open; try again soon.`, { most });
}
