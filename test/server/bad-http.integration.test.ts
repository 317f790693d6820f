import { connect } from 'node:net';
import pino from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApp } from '../../src/server/create-app.js';

const log: string[] = [];
let app: Awaited<ReturnType<typeof createApp>>;
let port: number;

beforeAll(async () => {
  const logger = pino({ level: 'trace' }, { write: (text: string) => void log.push(text) });
  const times = {
    headersMs: 1_000,
    requestMs: 1_000,
    bodyMs: 60_000,
    idleMs: 60_000,
    reply: { graceMs: 1_000, minRate: 0 },
  };
  app = await createApp(logger, { corsOrigins: [], trustedProxies: [], maxBodiesBytes: 2 ** 28, times });
  app.post('/echo', { config: { requiredScopes: 'OPEN' } }, async ({ body }) => body);
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as { port: number }).port;
});
afterAll(() => app.close());

/** Everything that the server sends back to these bytes. */
function answerTo(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.setEncoding('utf8').on('data', (chunk) => {
      text += chunk;
      socket.end();
    });
    socket.on('close', () => resolve(text)).on('error', reject);
  });
}

const POST = 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

it.each([
  ['garbage', 'garbage\r\n\r\n', 400, 'INPUT_INVALID'],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00', 400, 'INPUT_INVALID'],
  ['an unknown version', 'GET / HTTP/9.9\r\n\r\n', 400, 'INPUT_INVALID'],
  [
    'headers that are too large',
    `GET / HTTP/1.1\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`,
    431,
    'PAYLOAD_TOO_LARGE',
  ],
  ['a length that is no number', `${POST}Content-Length: zz\r\n\r\n`, 400, 'INPUT_INVALID'],
  ['a chunk without length', `${POST}Transfer-Encoding: chunked\r\n\r\nZZ\r\n`, 400, 'INPUT_INVALID'],
  ['an address with a bad escape', 'GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'INPUT_INVALID'],
  ['a request that does not end', `${POST}Content-Length: 9\r\n\r\n{`, 408, 'INPUT_INVALID'],
])('%s has an answer with a code, and logs no stack', async (_, bytes, status, code) => {
  log.length = 0;
  const answer = await answerTo(bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ error: { code } });
  expect(log.join('')).not.toMatch(/"stack"|"level":50/);
});
