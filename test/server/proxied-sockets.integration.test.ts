import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { askBySocket } from './support/ask-by-socket.js';
import { openSmallServer, type SmallServer } from './support/small-server.js';

const ASK = '{ probeSets { name } }';
const REGISTER = 'mutation M($input: RegisterModelInput!) { registerModel(input: $input) { id } }';
const SPOOFED = '192.0.2.1';

let small: SmallServer;
let admin: string;
beforeAll(async () => {
  small = await openSmallServer({
    PROBELOG_TRUSTED_PROXIES: '127.0.0.1',
    PROBELOG_ALLOW_ANONYMOUS: 'read',
    // Each connection counts, and each operation on it.
    PROBELOG_RATE_PER_ADDRESS: '6',
  });
  admin = await small.key(['ADMIN']);
});
afterAll(() => small.close());

const through = (forwardedFor: string) => ({ headers: { 'x-forwarded-for': forwardedFor } });

/** The address in the audit of a caller that registers a model on a WebSocket. */
async function auditedAddress(url: string, name: string, headers: Record<string, string>) {
  const input = { name, version: '1' };
  const { data } = await askBySocket(url, REGISTER, { variables: { input }, headers, secret: admin });
  const { id } = data?.registerModel as { id: string };
  const query = 'query Q($id: ID!) { audit(filter: { model: $id }) { edges { node { address } } } }';
  const audited = await small.ask(query, { id }, admin);
  return audited.data.audit.edges[0].node.address;
}

describe('on a WebSocket through a trusted proxy', () => {
  it('each client has its own rate, whatever it says of itself', async () => {
    const { url } = small.server;
    for (const said of [SPOOFED, '192.0.2.2', '192.0.2.3'])
      expect(await askBySocket(url, ASK, through(`${said}, 198.51.100.7`))).toMatchObject({ data: {} });
    await expect(askBySocket(url, ASK, through('192.0.2.4, 198.51.100.7'))).rejects.toThrow('429');
    expect(await askBySocket(url, ASK, through('198.51.100.8'))).toMatchObject({ data: {} });
  });

  it('the audit has the address of the client, not of the proxy, and not what the client says', async () => {
    const headers = { 'x-forwarded-for': `${SPOOFED}, 198.51.100.9, 127.0.0.1` };
    expect(await auditedAddress(small.server.url, 'proxied', headers)).toBe('198.51.100.9');
  });

  it('a page may connect to the host name that the proxy received, and no other', async () => {
    const headers = {
      'x-forwarded-for': '198.51.100.10',
      'x-forwarded-host': 'evil.example, models.example',
    };
    const from = (origin: string) =>
      askBySocket(small.server.url, ASK, { headers: { ...headers, origin }, secret: admin });
    expect(await from('https://models.example')).toMatchObject({ data: {} });
    await expect(from('https://evil.example')).rejects.toThrow('401');
  });
});

describe('on a WebSocket from an untrusted address', () => {
  const untrusting = () => small.beside({ PROBELOG_TRUSTED_PROXIES: '192.0.2.0/24' });

  it('the audit has the address of the connection', async () => {
    const { url } = await untrusting();
    expect(await auditedAddress(url, 'direct', { 'x-forwarded-for': SPOOFED })).toBe('127.0.0.1');
  });

  it('the rate is that of the connection', async () => {
    const { url } = await untrusting();
    for (let turn = 0; turn < 3; turn++) await askBySocket(url, ASK, through(`192.0.2.${turn}`));
    await expect(askBySocket(url, ASK, through('192.0.2.9'))).rejects.toThrow('429');
  });

  it('the name that it says it asked counts for nothing', async () => {
    const { url } = await untrusting();
    const headers = { 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' };
    await expect(askBySocket(url, ASK, { headers, secret: admin })).rejects.toThrow('401');
  });
});

it('keys that are guessed on WebSockets count for the address', async () => {
  const { url } = small.server;
  const wrong = `plk_${'0'.repeat(12)}_${'A'.repeat(43)}`;
  const guess = () => askBySocket(url, ASK, { ...through('198.51.100.11'), secret: wrong });
  for (let turn = 0; turn < 6; turn++) await expect(guess()).rejects.toMatchObject({ code: 4403 });
  await expect(guess()).rejects.toThrow('429');
});

it('connections that never say who they are count for the address, before they are made', async () => {
  const { url } = await small.beside({ PROBELOG_MAX_SOCKETS: '8' });
  const open = (forwardedFor: string) =>
    new Promise<number>((resolve, reject) => {
      const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
        headers: { 'x-forwarded-for': forwardedFor },
      });
      socket.once('upgrade', () => resolve(101)).once('error', reject);
      socket.once('unexpected-response', (_request, { statusCode = 0, headers }) => {
        expect(Number(headers['retry-after'])).toBeGreaterThan(0);
        resolve(statusCode);
      });
    });
  const opened = await Promise.all(Array.from({ length: 10 }, () => open('198.51.100.12')));
  expect(opened.toSorted()).toEqual([...Array(6).fill(101), ...Array(4).fill(429)]);
  expect([await open('198.51.100.13'), await open('198.51.100.14')]).toEqual([101, 101]);
  expect(await open('198.51.100.15')).toBe(503);
});
