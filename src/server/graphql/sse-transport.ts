import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type ExecutionResult, type GraphQLError, getOperationAST } from 'graphql';
import { createHandler } from 'graphql-sse';
import { z } from 'zod';
import type { Access } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import { callerOf, credentialsOf } from '../auth/auth-hook.js';
import type { ServerLimits } from '../server-limits.js';
import { cancellableGenerator } from './cancellable-generator.js';
import { disconnectSignal } from './disconnect-signal.js';
import {
  type AdmittedOperation,
  asGraphqlError,
  type OperationCaller,
  type OperationRunner,
} from './run-operation.js';

const EVENT_STREAM = 'text/event-stream';
/** A comment is sent every 12 s. A client that takes none for this long is not reading. */
const STALL_MS = 60_000;

/** What event streams are served with. */
export interface SseTransportOptions {
  operations: OperationRunner;
  access: Access;
  limits: ServerLimits;
}

/**
 * `POST /graphql/stream`: one operation whose results are server-sent events, in the "distinct connections mode" of the
 * graphql-sse protocol.
 *
 * Threat model: as with queries, pages of other sites must not be able to send operations. The operation is a JSON body,
 * which browsers send for such a page only when the settings allow its origin. There is no GET, which an `EventSource`
 * sends without asking.
 */
export function addSseTransport(
  app: FastifyInstance,
  { operations, access, limits }: SseTransportOptions,
): { close(): void } {
  const open = new Set<ServerResponse>();
  let isClosing = false;

  app.route({
    method: 'POST',
    url: '/graphql/stream',
    bodyLimit: limits.maxMessageBytes,
    config: { requiredScopes: 'ANY' },
    onRequest: async (request, reply) => {
      if (isClosing) throw new ProbelogError('SERVER_CLOSING', 'The server is shutting down.');
      if (open.size >= limits.maxSockets) throw tooManyStreams(limits.maxSockets);
      if (!(request.headers.accept ?? '').includes(EVENT_STREAM)) throw notAccepted();
      track(request, reply);
    },
    handler: async (request, reply) => {
      const sent = sentIn(request.body);
      const admitted = await operations.admit(operationCallerOf(request, reply), sent).catch(internalError);
      const results = 'document' in admitted ? run(admitted) : once(operations.failure(...admitted));
      return send(request, reply, results);
    },
  });

  /** Counts a stream until it closes, and closes it when its client stops reading. */
  function track({ raw: { socket } }: FastifyRequest, { raw }: FastifyReply): void {
    open.add(raw);
    raw.once('close', () => open.delete(raw));
    socket.setTimeout(STALL_MS);
  }

  const operationCallerOf = (request: FastifyRequest, { raw }: FastifyReply): OperationCaller => ({
    ...callerOf(request, disconnectSignal(raw)),
    currentPrincipal: () => access.principalOf(credentialsOf(request)),
  });

  /** The results of an operation; an error that ends it is the last one. */
  function run(operation: AdmittedOperation): AsyncGenerator<ExecutionResult, void, void> {
    let events: AsyncGenerator<ExecutionResult, void, void> | undefined;
    let isEnded = false;
    async function* results(): AsyncGenerator<ExecutionResult, void, void> {
      try {
        if (getOperationAST(operation.document, operation.operationName)?.operation !== 'subscription') {
          yield await operations.withinLimits(operation.caller.signal, (signal) =>
            operations.execute(operation, signal),
          );
          return;
        }
        const started = await operations.subscribe(operation);
        if (!(Symbol.asyncIterator in started)) {
          yield started;
          return;
        }
        events = started;
        // Ended while it was starting: nothing else would end the events, and the next one may never come.
        if (isEnded || operation.caller.signal?.aborted) await started.return();
        else yield* started;
      } catch (thrown) {
        yield operations.failure(thrown);
      }
    }
    return cancellableGenerator(results(), {
      async return() {
        isEnded = true;
        await events?.return();
      },
    });
  }

  /** The library writes the protocol; it knows nothing of the operation. */
  async function send(
    request: FastifyRequest,
    reply: FastifyReply,
    results: AsyncGenerator<ExecutionResult, void, void>,
  ): Promise<FastifyReply> {
    const handle = createHandler({
      authenticate: () => null,
      onSubscribe: () => results,
    });
    const [body] = await handle({
      method: 'POST',
      url: request.url,
      headers: { get: (name) => (name === 'accept' ? EVENT_STREAM : 'application/json') },
      // The library checks that there is an operation; ours was read before.
      body: { query: '' },
      raw: request,
      context: undefined,
    });
    return (
      reply
        .header('content-type', `${EVENT_STREAM}; charset=utf-8`)
        .header('cache-control', 'no-store')
        // Tells nginx, and proxies that follow it, to pass events on as they come.
        .header('x-accel-buffering', 'no')
        .send(Readable.from(body ?? [], { objectMode: false }))
    );
  }

  return {
    // Without the protocol's `complete` event: clients then connect again, to a server that runs.
    close() {
      isClosing = true;
      for (const { socket } of open) socket?.destroySoon();
    },
  };
}

const sentOperation = z.object({
  query: z.string().nullish(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
  extensions: z.record(z.string(), z.unknown()).nullish(),
});

/** @throws ProbelogError INPUT_INVALID, also for a body whose content type is not JSON: it arrives as text */
function sentIn(body: unknown): z.infer<typeof sentOperation> {
  const parsed = sentOperation.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ProbelogError(
    'INPUT_INVALID',
    'The body must be JSON with content-type: application/json, and hold the operation as "query", with "operationName" and "variables" if it has them.',
  );
}

/** An unexpected error as a GraphQL error; the expected ones have an HTTP status of their own. */
function internalError(thrown: unknown): readonly GraphQLError[] {
  if (thrown instanceof ProbelogError) throw thrown;
  return [asGraphqlError(thrown)];
}

async function* once<T>(result: T): AsyncGenerator<T, void, void> {
  yield result;
}

function notAccepted(): ProbelogError {
  return new ProbelogError(
    'INPUT_INVALID',
    `/graphql/stream answers with events only. Send accept: ${EVENT_STREAM}, or use /graphql.`,
  );
}

function tooManyStreams(max: number): ProbelogError {
  return new ProbelogError('SERVER_BUSY', `The server has ${max} open event streams. Try again soon.`, {
    most: max,
  });
}
