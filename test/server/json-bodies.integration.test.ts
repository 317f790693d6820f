import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { openSmallServer, type SmallServer } from './support/small-server.js';

let small: SmallServer;
beforeAll(async () => {
  small = await openSmallServer();
});
afterAll(() => small.close());

const lists = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const asking = (extra: string) => `{ "query": "{ __typename }", ${extra} }`;

async function post(body: string, type = 'application/json', route = '/graphql') {
  const response = await fetch(small.server.url + route, {
    method: 'POST',
    headers: { 'content-type': type, accept: 'application/json, text/event-stream' },
    body,
  });
  return { status: response.status, text: await response.text() };
}

describe('a body of JSON', () => {
  it.each([
    ['with a charset', asking('"variables": {}'), 'application/json; charset=utf-8'],
    ['with a byte order mark', `\uFEFF${asking('"variables": {}')}`, 'application/json'],
    ['with texts of several bytes', asking('"variables": { "a": "é嗨🐶" }'), 'application/json'],
    ['that is as deep as may be', asking(`"variables": { "a": ${lists(62)} }`), 'application/json'],
  ])('is read: %s', async (_, body, type) => {
    const { status, text } = await post(body, type);
    expect([status, JSON.parse(text).data]).toEqual([200, { __typename: 'Query' }]);
  });

  it.each([
    ['nothing', '', 400],
    ['no JSON', '{ "query": ', 400],
    ['what would change the prototype of objects', asking('"__proto__": { "x": 1 }'), 400],
  ])('is refused: %s', async (_, body, expected) => {
    const { status, text } = await post(body);
    expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([expected, 'INPUT_INVALID']);
  });

  it('is refused under another name', async () => {
    expect((await post(asking('"variables": {}'), 'application/foo+json')).status).toBe(415);
  });

  it.each(['/graphql', '/graphql/stream'])('at %s is not nested without end', async (route) => {
    const { status, text } = await post(asking(`"variables": { "a": ${lists(63)} }`), undefined, route);
    expect([status, JSON.parse(text).errors]).toMatchObject([
      400,
      [
        {
          message: 'The body is nested deeper than 64 levels.',
          extensions: { code: 'INPUT_INVALID', limit: 'levels', most: 64 },
        },
      ],
    ]);
  });
});

it.each(['connection_init', 'ping', 'pong'])(
  'a %s that is nested without end ends its connection',
  async (type) => {
    const socket = new WebSocket(`${small.server.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await new Promise((resolve) => socket.once('open', resolve));
    const heard: string[] = [];
    socket.on('message', (data) => heard.push(String(data)));
    const closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
    socket.send(`{ "type": "${type}", "payload": { "a": ${lists(100_000)} } }`);
    expect([await closed, heard]).toEqual([4400, []]);
  },
);

it('cursors and ids are not read further than ours are long', async () => {
  const deep = Buffer.from(lists(1_000_000)).toString('base64url');
  const colons = Buffer.from(':'.repeat(1_000_000)).toString('base64url');
  const ask = async (query: string, variables: object) => {
    const { text } = await post(JSON.stringify({ query, variables }));
    return JSON.parse(text).errors?.map(({ extensions }: { extensions: object }) => extensions);
  };
  const page = 'query P($c: String) { models(after: $c) { totalCount } }';
  expect(await ask(page, { c: deep })).toMatchObject([{ code: 'CURSOR_INVALID' }]);
  const model = 'query M($id: ID!) { model(id: $id) { name } }';
  expect(await ask(model, { id: colons })).toMatchObject([{ code: 'ID_INVALID', kind: 'Model' }]);
});
