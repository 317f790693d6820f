import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { askAt, openSmallServer, type SmallServer } from './support/small-server.js';

let small: SmallServer;
let url: string;
beforeAll(async () => {
  small = await openSmallServer({
    PROBELOG_HEADER_SECONDS: '1',
    PROBELOG_BODY_SECONDS: '1',
    PROBELOG_OPERATIONS_AT_ONCE: '1',
  });
  ({ url } = small.server);
});
afterAll(() => small.close());

const BODY = JSON.stringify({ query: '{ __typename }' });
const HEAD = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${BODY.length}\r\n`;

/** What the server says until it closes the connection, with what is sent there byte by byte. */
function drip(first: string, rest: string): { socket: Socket; said: Promise<string> } {
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
  return { socket, said: closed };
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
    const { said } = drip(first, rest);
    // Other clients get responses meanwhile.
    expect((await askAt(url, '{ __typename }')).status).toBe(200);
    const answers = [...(await said).matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status);
    expect(answers.filter((status) => status !== '408')).toEqual(first.includes('/health') ? ['200'] : []);
  });

  it('on a WebSocket that never says who it is', async () => {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    expect(await new Promise((resolve) => socket.once('close', resolve))).toBe(4408);
  });
});
