import type { LookupAddress } from 'node:dns';
import { afterEach, expect, it } from 'vitest';
import { type ConfiguredOrigin, type LookupFunction, readSmall } from '../../src/download/index.js';
import { type Loopback, startLoopback } from '../registries/loopback.js';

const CREDENTIALS = { authorization: 'Bearer secret', 'x-workspace': 'team' };
const servers: Loopback[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function start(...answer: Parameters<typeof startLoopback>) {
  const server = await startLoopback(...answer);
  servers.push(server);
  return server;
}

const configured = (url: string): ConfiguredOrigin => ({
  origin: new URL(url).origin,
  headers: () => CREDENTIALS,
  advice: 'Set it.',
});
const limits = (changed: { privateAddresses?: string[]; lookup?: LookupFunction } = {}) => ({
  privateAddresses: [],
  stallMs: 2_000,
  maxBytes: 1_000,
  ...changed,
});

/** A name server that gives the next answer for each request. */
function answering(answers: string[][]): { lookup: LookupFunction; asked: () => number } {
  let asked = 0;
  return {
    asked: () => asked,
    lookup: (_host, _options, callback) => {
      const addresses = answers[Math.min(asked++, answers.length - 1)];
      callback(
        null,
        addresses.map((address): LookupAddress => ({ address, family: 4 })),
      );
    },
  };
}

it('reaches a configured server at a private address, but no other server there', async () => {
  const server = await start((_, response) => response.end('inside'));
  const at = configured(server.url);
  expect((await readSmall({ url: server.url, at }, limits())).toString()).toBe('inside');
  await expect(readSmall({ url: server.url }, limits())).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  const neighbor = await start((_, response) => response.end('neighbor'));
  await expect(readSmall({ url: neighbor.url, at }, limits())).rejects.toMatchObject({
    code: 'SOURCE_FORBIDDEN',
  });
});

it('does not follow a configured server to another private address', async () => {
  const inside = await start((_, response) => response.end('inside'));
  const server = await start((_, response) => response.writeHead(302, { location: inside.url }).end());
  const file = { url: server.url, at: configured(server.url) };
  await expect(readSmall(file, limits())).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  expect(inside.requests).toEqual([]);
});

it('sends credentials to the configured server only, and not after a redirect back to it', async () => {
  const outside: Loopback = await start((_, response) =>
    response.writeHead(302, { location: `${server.url}/admin` }).end(),
  );
  const server: Loopback = await start((request, response) => {
    if (request.url === '/model') response.writeHead(302, { location: '/moved' }).end();
    else if (request.url === '/moved') response.writeHead(302, { location: outside.url }).end();
    else response.end(request.headers.authorization ?? 'anonymous');
  });
  const file = { url: `${server.url}/model`, at: configured(server.url) };
  const text = (await readSmall(file, limits({ privateAddresses: ['127.0.0.1'] }))).toString();
  expect(text).toBe('anonymous');
  expect(server.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
    ['/model', CREDENTIALS.authorization],
    ['/moved', CREDENTIALS.authorization],
    ['/admin', undefined],
  ]);
  expect(outside.requests[0].headers).not.toMatchObject(CREDENTIALS);
  expect(outside.requests[0].headers['x-workspace']).toBeUndefined();
  // Back at the server, but sent there by a stranger: its private address is closed again.
  await expect(readSmall(file, limits())).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
});

it('treats another port or scheme as another server', async () => {
  const server = await start((request, response) =>
    response.end(request.headers.authorization ?? 'anonymous'),
  );
  const at = { ...configured(server.url), origin: server.url.replace('http:', 'https:') };
  const text = await readSmall({ url: server.url, at }, limits({ privateAddresses: ['127.0.0.1'] }));
  expect(text.toString()).toBe('anonymous');
});

it('connects to the checked address, whatever the name resolves to afterwards', async () => {
  const server = await start((_, response) => response.end('inside'));
  const url = `http://rebinding.example:${new URL(server.url).port}/`;
  const rebinding = answering([['127.0.0.1']]);
  await expect(readSmall({ url }, limits({ lookup: rebinding.lookup }))).rejects.toMatchObject({
    code: 'SOURCE_FORBIDDEN',
  });
  // Public when it is looked up for the check; there is no second look-up that could say something else.
  const once = answering([['192.0.2.1'], ['127.0.0.1']]);
  const opened = limits({ lookup: once.lookup, privateAddresses: ['192.0.2.0/24'] });
  await expect(readSmall({ url }, { ...opened, stallMs: 300 })).rejects.toMatchObject({
    code: expect.stringMatching(/^SOURCE_(TIMEOUT|UNREACHABLE)$/),
  });
  expect(once.asked()).toBe(1);
  expect(server.requests).toEqual([]);
});

it('refuses a name if one of its addresses is private', async () => {
  const mixed = answering([['93.184.216.34', '10.0.0.7']]);
  await expect(
    readSmall({ url: 'http://mixed.example/' }, limits({ lookup: mixed.lookup })),
  ).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
});

it('resolves the name of a redirect again', async () => {
  const server = await start((_, response) =>
    response.writeHead(302, { location: 'http://inside.example/' }).end(),
  );
  const inside = answering([['10.0.0.7']]);
  const file = { url: server.url, at: configured(server.url) };
  await expect(readSmall(file, limits({ lookup: inside.lookup }))).rejects.toMatchObject({
    code: 'SOURCE_FORBIDDEN',
  });
});

it('adds advice when a configured server denies access, but not for other servers', async () => {
  const server = await start((_, response) => response.writeHead(403).end());
  const opened = limits({ privateAddresses: ['127.0.0.1'] });
  await expect(readSmall({ url: server.url, at: configured(server.url) }, opened)).rejects.toMatchObject({
    code: 'SOURCE_DENIED',
    message: expect.stringMatching(/Set it\.$/),
  });
  await expect(readSmall({ url: server.url }, opened)).rejects.toMatchObject({
    code: 'SOURCE_DENIED',
    message: expect.not.stringContaining('Set it'),
  });
});
