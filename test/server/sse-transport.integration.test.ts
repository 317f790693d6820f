import Fastify, { type FastifyInstance } from 'fastify';
import { type ExecutionResult, GraphQLError, parse } from 'graphql';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Access, Principal } from '../../src/access/index.js';
import { loadConfig } from '../../src/config/index.js';
import { addAuthHook } from '../../src/server/auth/auth-hook.js';
import type { AdmittedOperation, OperationRunner } from '../../src/server/graphql/run-operation.js';
import { addSseTransport } from '../../src/server/graphql/sse-transport.js';
import { openStream } from './support/open-stream.js';

const READER: Principal = {
  kind: 'KEY',
  name: 'key:test',
  scopes: ['READ'],
  labels: [],
  registry: null,
  expiresAt: null,
};

let app: FastifyInstance;
beforeEach(() => {
  // The aborted fetch leaves an unused connection open.
  app = Fastify({ forceCloseConnections: true });
  addAuthHook(app, { principalOf: async () => READER });
});
afterEach(() => app.close());

async function serve(operations: Partial<OperationRunner>): Promise<string> {
  const failure = (...errors: unknown[]): ExecutionResult => ({
    errors: errors.map((error) => new GraphQLError(String(error))),
  });
  addSseTransport(app, {
    operations: { failure, ...operations } as OperationRunner,
    access: {} as Access,
    limits: loadConfig({}),
  });
  return app.listen({ host: '127.0.0.1', port: 0 });
}

it('a subscription whose client leaves while it starts is ended', async () => {
  let start: () => void = () => undefined;
  const isStarted = new Promise<void>((resolve) => {
    start = resolve;
  });
  const end = vi.fn(async () => ({ done: true, value: undefined }) as const);
  const silent = {
    next: () => new Promise<never>(() => undefined),
    return: end,
    throw: end,
    [Symbol.asyncIterator]() {
      return this;
    },
  } as unknown as AsyncGenerator<ExecutionResult, void, void>;
  const subscribe = vi.fn(async () => {
    await isStarted;
    return silent;
  });
  let signal: AbortSignal | undefined;
  const url = await serve({
    async admit(caller) {
      signal = caller.signal;
      return { document: parse('subscription { a }'), caller } as AdmittedOperation;
    },
    subscribe,
  });
  const stream = await openStream(url, { query: 'subscription { a }' });
  await vi.waitFor(() => expect(subscribe).toHaveBeenCalled());
  await stream.close();
  await vi.waitFor(() => expect(signal?.aborted).toBe(true));
  expect(end).not.toHaveBeenCalled();
  start();
  await vi.waitFor(() => expect(end).toHaveBeenCalled());
});

it('an unexpected error of the checks is an error of the operation', async () => {
  const url = await serve({ admit: () => Promise.reject(new Error('broken')) });
  const stream = await openStream(url, { query: '{ a }' });
  expect(stream.status).toBe(200);
  expect(await stream.rest()).toMatchObject([
    { event: 'next', data: { errors: [{}] } },
    { event: 'complete' },
  ]);
});
