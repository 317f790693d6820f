import { createServer } from 'node:net';
import { afterEach, expect, expectTypeOf, it } from 'vitest';
import {
  createClient,
  isProbelogError,
  type ProbelogError,
  type ServerErrorCode,
} from '../../src/client/index.js';
import type { ErrorCode } from '../../src/errors/index.js';
import {
  type Answer,
  json,
  openScriptedServer,
  refusal,
  type ScriptedServer,
} from './support/scripted-server.js';

let server: ScriptedServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function failure(answer: Answer, options: { timeoutMs?: number } = {}): Promise<ProbelogError> {
  server = await openScriptedServer(answer);
  const thrown = await createClient({ url: server.url, retries: 0, ...options })
    .model('x')
    .catch((thrown: unknown) => thrown);
  if (!isProbelogError(thrown)) throw thrown;
  return thrown;
}

it('has exactly the codes of the server', () => {
  expectTypeOf<ServerErrorCode>().toEqualTypeOf<ErrorCode>();
});

it('has a code, and the facts of that code', async () => {
  const extensions = { code: 'OPERATION_TOO_COMPLEX', limit: 'depth', most: 3 };
  const error = await failure(json({ errors: [{ message: 'Too deep.', path: ['model'], extensions }] }, 400));
  expect(error).toMatchObject({
    message: 'Too deep.',
    status: 400,
    details: { limit: 'depth', path: ['model'] },
  });
  if (error.code !== 'OPERATION_TOO_COMPLEX') throw error;
  expectTypeOf(error.details.most).toEqualTypeOf<number>();
  expect(error.details.most).toBe(3);
});

it('has the code of a route that is not GraphQL', async () => {
  const error = await failure(json({ error: { code: 'FORBIDDEN', message: 'Not for you.' } }, 403));
  expect([error.code, error.message, error.status]).toEqual(['FORBIDDEN', 'Not for you.', 403]);
});

it('keeps a code that only a newer server knows', async () => {
  expect((await failure(refusal('BRAND_NEW', 200))).code).toBe('BRAND_NEW');
});

it.each([
  ['no JSON', (response) => void response.end('<html>hello</html>')],
  ['JSON of something else', json({ hello: 'there' })],
  ['an error without a code', json({ errors: [{ message: 'What?' }] })],
  ['errors that are no list', json({ errors: 'many' })],
  ["a proxy's page", (response) => void response.writeHead(418).end('teapot')],
] satisfies [string, Answer][])('is BAD_ANSWER for %s', async (_, answer) => {
  expect((await failure(answer)).code).toBe('BAD_ANSWER');
});

it('is TIMEOUT when no answer comes, or it never ends', async () => {
  expect((await failure(() => undefined, { timeoutMs: 100 })).code).toBe('TIMEOUT');
  await server?.close();
  expect((await failure((response) => void response.write('{'), { timeoutMs: 100 })).code).toBe('TIMEOUT');
});

it('is NETWORK when no server listens', async () => {
  const free = await new Promise<number>((resolve) => {
    const listener = createServer().listen(0, '127.0.0.1', () => {
      const { port } = listener.address() as { port: number };
      listener.close(() => resolve(port));
    });
  });
  const client = createClient({ url: `http://127.0.0.1:${free}`, retries: 0 });
  await expect(client.model('x')).rejects.toMatchObject({ code: 'NETWORK', cause: expect.anything() });
});

it('is ABORTED before anything is sent', async () => {
  server = await openScriptedServer(json({ data: {} }));
  const signal = AbortSignal.abort();
  await expect(createClient({ url: server.url }).model('x', { signal })).rejects.toMatchObject({
    code: 'ABORTED',
  });
  expect(server.asked).toEqual([]);
});
