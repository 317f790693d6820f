import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { openDemoService } from '../fixtures/demo-service.js';
import { askAt, openSmallServer, type SmallServer } from './support/small-server.js';

let small: SmallServer;
let url: string;
beforeAll(async () => {
  small = await openSmallServer({
    PROBELOG_HEADER_SECONDS: '1',
    PROBELOG_BODY_SECONDS: '1',
    PROBELOG_OPERATIONS_AT_ONCE: '1',
    PROBELOG_STANDARD_SECRETS: `whsec_${Buffer.alloc(32, 's').toString('base64')}`,
  });
  ({ url } = small.server);
});
afterAll(() => small.close());

const BODY = JSON.stringify({ query: '{ __typename }' });
const HEAD = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n`;

/** What the server says, at first and until it closes the connection, with what is sent there byte by byte. */
function drip(first: string, rest: string): { begins: Promise<unknown>; said: Promise<string> } {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  let said = '';
  socket.on('data', (data) => {
    said += data;
  });
  socket.write(first);
  let sent = 0;
  const timer = setInterval(() => sent < rest.length && socket.write(rest[sent++]), 100);
  const closed = new Promise<string>((resolve) => {
    socket.once('close', () => {
      clearInterval(timer);
      resolve(said);
    });
  });
  const begins = new Promise((resolve) => socket.once('data', resolve));
  return { begins, said: closed };
}

describe('a client that holds its connection by sending next to nothing (slow loris) loses it', () => {
  it.each([
    ['in the headers', 'POST /graphql HTTP/1.1\r\nhost: localhost\r\nx-slow: ', 'a'.repeat(10_000)],
    ['before it said anything', '', ''],
    ['in the body', `${HEAD}\r\n${BODY.slice(0, 5)}`, BODY.slice(5, -1)],
    [
      'in the second request of a connection',
      `${HEAD}\r\n${BODY}GET /health HTTP/1.1\r\nx-slow: `,
      'a'.repeat(10_000),
    ],
  ])('%s', async (_, first, rest) => {
    const { begins, said } = drip(first, rest);
    // One operation may run at a time: the first request of the connection is one, and ends.
    if (first.includes('/health')) await begins;
    // Other clients get responses meanwhile.
    expect((await askAt(url, '{ __typename }')).status).toBe(200);
    const answers = [...(await said).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(answers.filter((status) => status !== '408')).toEqual(first.includes('/health') ? ['200'] : []);
  });

  it.each([
    ['a webhook that is off', 'POST /webhooks/mlflow'],
    ['a webhook', 'POST /webhooks/standard'],
    ['an unknown path', 'POST /nothing'],
    ['an unknown method of a path', 'PUT /graphql'],
    ['/health', 'GET /health'],
    ['an event stream without its header', 'POST /graphql/stream'],
    ['an upload to a model that does not exist', 'PUT /models/bm90aGluZw/responses'],
    ['a route that takes no body', 'GET /probe-sets/gradients/kit.tar'],
    ['GraphQL in chunks', 'POST /graphql', 'transfer-encoding: chunked'],
  ])('in the body for %s', async (_, line, length = 'content-length: 100000') => {
    const type = line.startsWith('PUT /models') ? 'application/x-npy' : 'application/json';
    const { said } = drip(
      `${line} HTTP/1.1\r\nhost: localhost\r\ncontent-type: ${type}\r\n${length}\r\n\r\n`,
      '1'.repeat(100_000),
    );
    await said;
    expect((await fetch(`${url}/health`)).status).toBe(200);
  });

  it('in taking the replies, a little every now and then', { timeout: 90_000 }, async () => {
    const demo = await openDemoService(
      { PROBELOG_DOWNLOAD_STALL_SECONDS: '1', PROBELOG_TRANSFER_LEAST_RATE: '4MiB' },
      false,
    );
    const [{ name }] = (await demo.ask('{ probeSets { name } }')).data.probeSets;
    const socket = connect(Number(new URL(demo.server.url).port), '127.0.0.1');
    const ended = new Promise((resolve) =>
      socket.on('error', () => undefined).once('close', () => resolve('lost')),
    );
    socket.pause();
    // Ten times 7 MB: more than the buffers of the system hold.
    socket.write(`GET /probe-sets/${name}/kit.tar HTTP/1.1\r\nhost: localhost\r\n\r\n`.repeat(10));
    const timer = setInterval(() => {
      socket.once('data', () => socket.pause());
      socket.resume();
    }, 100);
    const late = new Promise((resolve) => setTimeout(() => resolve('kept'), 45_000));
    expect(await Promise.race([ended, late])).toBe('lost');
    clearInterval(timer);
    socket.destroy();
    await demo.close();
  });

  it('but not by being slow itself', async () => {
    const { url: strict } = await small.beside({
      PROBELOG_DOWNLOAD_STALL_SECONDS: '1',
      PROBELOG_TRANSFER_LEAST_RATE: '1GiB',
    });
    const socket = connect(Number(new URL(strict).port), '127.0.0.1');
    socket.resume();
    socket.write(`${HEAD}\r\n${BODY}`);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });

  it('among as many connections as there may be', async () => {
    const { url: limited } = await small.beside({ PROBELOG_MAX_CONNECTIONS: '10' });
    const { port } = new URL(limited);
    const sockets = Array.from({ length: 14 }, () => connect(Number(port), '127.0.0.1'));
    const ended = sockets.map(
      (socket) => new Promise((resolve) => socket.on('error', () => undefined).once('close', resolve)),
    );
    await Promise.race([Promise.all(ended.slice(0, 5)), Promise.any(ended)]);
    for (const socket of sockets) socket.destroy();
    await Promise.all(ended);
    expect((await fetch(`${limited}/health`)).status).toBe(200);
  });

  it('on a WebSocket that never says who it is', async () => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(4408);
  });
});
