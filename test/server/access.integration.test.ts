import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import WebSocket from 'ws';
import { Access } from '../../src/access/index.js';
import type { ApiKeyRecord } from '../../src/store/index.js';
import { askBySocket } from './support/ask-by-socket.js';
import { openHungServer } from './support/hung-server.js';
import { type Answered, askAt, openSmallServer, type SmallServer } from './support/small-server.js';

const MODELS = '{ models { totalCount edges { node { name } } } }';
const CREATE =
  'mutation M($input: NewApiKeyInput!) { createApiKey(input: $input) { secret key { id prefix } } }';
const REVOKE = 'mutation M($id: ID!) { revokeApiKey(id: $id) { revokedAt } }';
const UNKNOWN = `plk_${'0'.repeat(12)}_${'A'.repeat(43)}`;

let small: SmallServer;
let admin: string;
beforeAll(async () => {
  small = await openSmallServer();
  await small.model('open');
});
afterAll(() => small.close());

/** The first line of what a client of HTTP/1.0 is answered, as some proxies are to what is behind them. */
async function askedByHttp10(): Promise<string> {
  const { port, hostname } = new URL(small.server.url);
  const socket = connect(Number(port), hostname);
  socket.end(
    'GET /graphql?query={__typename} HTTP/1.0\r\nhost: localhost\r\napollo-require-preflight: 1\r\n\r\n',
  );
  const [line] = (await text(socket)).split('\r\n');
  return line;
}

const codeOf = ({ errors }: Answered) => errors?.[0].extensions.code;

it('while there is no key, this machine may do everything, but not by another name or through a proxy', async () => {
  expect((await small.ask(MODELS)).data.models.totalCount).toBe(1);
  const asked = (headers: Record<string, string>) =>
    new Promise<number | undefined>((resolve, reject) => {
      import('node:http').then(({ request }) => {
        const sent = request(`${small.server.url}/graphql?query={__typename}`, {
          headers: { 'apollo-require-preflight': '1', ...headers },
        });
        sent
          .once('response', ({ statusCode }) => resolve(statusCode))
          .once('error', reject)
          .end();
      }, reject);
    });
  expect(await asked({})).toBe(200);
  expect(await asked({ host: 'rebound.example' })).toBe(403);
  for (const [name, value] of [
    ['x-forwarded-for', '198.51.100.7'],
    ['x-forwarded-host', 'models.example.org'],
    ['x-forwarded-proto', 'https'],
    ['x-real-ip', '198.51.100.7'],
    ['forwarded', 'for=198.51.100.7'],
    ['via', '1.1 proxy'],
  ]) {
    expect(await asked({ [name]: value }), name).toBe(403);
    const bySocket = askBySocket(small.server.url, MODELS, { headers: { [name]: value } });
    await expect(bySocket, name).rejects.toMatchObject({ code: 4403 });
  }
  expect(await askedByHttp10()).toContain(' 403 ');
  const created = await small.ask(CREATE, { input: { name: 'first', scopes: ['ADMIN'] } });
  admin = created.data.createApiKey.secret;
  expect(admin).toMatch(/^plk_[0-9a-f]{12}_/);
});

describe('once there is a key', () => {
  it('a caller without one gets 401 on every route', async () => {
    const refused = await small.ask(MODELS);
    expect([refused.status, codeOf(refused)]).toEqual([401, 'UNAUTHENTICATED']);
    expect(refused.headers.get('www-authenticate')).toContain('Bearer');
    const id = Buffer.from('Probe:00000000-0000-0000-0000-000000000000').toString('base64url');
    for (const path of [`/probes/${id}`, '/probe-sets/gradients/kit.tar']) {
      const response = await fetch(small.server.url + path);
      expect(response.status).toBe(401);
      expect(await response.json()).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    }
    const upload = await fetch(`${small.server.url}/models/${id}/responses`, { method: 'PUT', body: 'x' });
    expect(upload.status).toBe(401);
    expect((await fetch(`${small.server.url}/health`)).status).toBe(200);
  });

  it('unknown, malformed, expired and revoked keys are refused alike', async () => {
    const expired = await small.key(['READ'], { expiresAt: new Date(Date.now() + 30) });
    const revoked = (await small.ask(CREATE, { input: { name: 'x', scopes: ['READ'] } }, admin)).data
      .createApiKey;
    expect((await small.ask(MODELS, {}, revoked.secret)).status).toBe(200);
    await small.ask(REVOKE, { id: revoked.key.id }, admin);
    await new Promise((resolve) => setTimeout(resolve, 40));
    const wrong = `${admin.slice(0, -2)}zz`;
    const answers = await Promise.all(
      [UNKNOWN, 'nonsense', expired, revoked.secret, wrong].map((secret) => small.ask(MODELS, {}, secret)),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect([answers[0].status, codeOf(answers[0])]).toEqual([401, 'UNAUTHENTICATED']);
  });

  it('a key that is revoked while it is looked up is refused, and not at fault', async () => {
    const { access, store } = small.small.service;
    const secret = await small.key(['READ']);
    const prefix = secret.split('_')[1];
    const record = await store.apiKeys.byPrefix(prefix);
    let found: (record: ApiKeyRecord | null) => void = () => undefined;
    const lookUps = vi.spyOn(store.apiKeys, 'byPrefix').mockReturnValueOnce(
      new Promise((resolve) => {
        found = resolve;
      }),
    );
    const asked = small.ask(MODELS, {}, secret);
    await vi.waitFor(() => expect(lookUps).toHaveBeenCalledTimes(1));
    await store.apiKeys.revoke(record?.id ?? '');
    access.keyChanged(prefix);
    found(record);
    const { status, text } = await asked;
    expect([status, text]).toEqual([401, expect.stringContaining('UNAUTHENTICATED')]);
    lookUps.mockRestore();
  });

  it('keys that are guessed are not looked up once the address has no requests left; a key in use works on', async () => {
    const used = await small.key(['READ']);
    const { url } = await small.beside({ PROBELOG_RATE_PER_ADDRESS: '6' });
    expect((await askAt(url, MODELS, {}, used)).status).toBe(200);
    const lookUps = vi.spyOn(small.small.service.store.apiKeys, 'byPrefix');
    const guess = (turn: number) => `plk_${turn.toString(16).padStart(12, '0')}_${'A'.repeat(43)}`;
    const guesses = Array.from({ length: 20 }, (_, turn) => askAt(url, MODELS, {}, guess(turn)));
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([...Array(5).fill(401), ...Array(15).fill(429)]);
    const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${guess(20)}` },
    });
    await expect(once(socket, 'open')).rejects.toThrow('429');
    expect(lookUps).toHaveBeenCalledTimes(5);
    expect((await askAt(url, MODELS, {}, used)).status).toBe(200);
    lookUps.mockRestore();
  });

  it('scopes decide, and a refusal does not tell whether a thing exists', async () => {
    const [read, ingest] = [await small.key(['READ']), await small.key(['INGEST'])];
    const remove = 'mutation M($id: ID!) { removeModel(id: $id) }';
    const [known] = (await small.ask('{ models { edges { node { id } } } }', {}, read)).data.models.edges;
    const unknown = Buffer.from('Model:00000000-0000-0000-0000-000000000000').toString('base64url');
    const refusals = await Promise.all(
      [known.node.id, unknown].map((id) => small.ask(remove, { id }, ingest)),
    );
    expect(refusals.map(codeOf)).toEqual(['FORBIDDEN', 'FORBIDDEN']);
    expect(refusals[0].text).toBe(refusals[1].text);
    expect(codeOf(await small.ask('{ apiKeys { edges { node { name } } } }', {}, read))).toBe('FORBIDDEN');
    expect(codeOf(await small.ask('{ audit { edges { node { actor } } } }', {}, read))).toBe('FORBIDDEN');
    expect(codeOf(await small.ask(MODELS, {}, ingest))).toBe('FORBIDDEN');
    expect(
      (await small.ask('{ ingests { edges { node { model { name } } } } }', {}, ingest)).errors,
    ).toBeUndefined();
    const similar = 'bestLogit { similar { edges { node { model { name } } } } }';
    const recognized = `(concept: "dog") { ${similar} }`;
    for (const around of [
      'logits { totalCount }',
      'summary',
      `recognizes${recognized}`,
      `recognises${recognized}`,
    ]) {
      const query = `{ ingests { edges { node { model { ${around} } } } } }`;
      expect(codeOf(await small.ask(query, {}, ingest)), around).toBe('FORBIDDEN');
    }
  });

  it('neither a list nor the log ever shows a secret or a hash', async () => {
    const { text, data } = await small.ask(
      '{ apiKeys { edges { node { name prefix scopes labels registry expiresAt revokedAt lastUsedAt } } } }',
      {},
      admin,
    );
    const secretPart = admin.split('_').slice(2).join('_');
    expect(data.apiKeys.edges.length).toBeGreaterThan(2);
    expect(text + small.logged()).not.toContain(secretPart);
    expect(small.logged()).not.toContain('Bearer');
  });

  it('a key for one registry changes no other models, and registers no others', async () => {
    const bound = await small.key(['INGEST'], { registry: 'acme' });
    const foreign = await small.model('foreign');
    const labels = 'mutation M($id: ID!) { setLabels(id: $id, labels: null) { id } }';
    expect(codeOf(await small.ask(labels, { id: foreign }, bound))).toBe('FORBIDDEN');
    const own = await small.model('own', { registry: 'acme' });
    expect((await small.ask(labels, { id: own }, bound)).errors).toBeUndefined();
    const register = 'mutation M($input: RegisterModelInput!) { registerModel(input: $input) { registry } }';
    const input = { name: 'new', version: '1' };
    expect(codeOf(await small.ask(register, { input }, bound))).toBe('FORBIDDEN');
    expect(
      (await small.ask(register, { input: { ...input, registry: 'acme' } }, bound)).errors,
    ).toBeUndefined();
  });

  it('a WebSocket sends its credentials in its first message, and is anonymous without', async () => {
    const url = `${small.server.url.replace('http', 'ws')}/graphql`;
    const ask = (authorization?: string) => {
      const connectionParams = authorization ? { authorization } : undefined;
      const client = createClient({ url, webSocketImpl: WebSocket, connectionParams, retryAttempts: 0 });
      return new Promise((resolve, reject) => {
        client.subscribe({ query: MODELS }, { next: resolve, error: reject, complete: () => undefined });
      }).finally(() => client.dispose());
    };
    await expect(ask()).rejects.toMatchObject({ code: 4403 });
    await expect(ask(`Bearer ${UNKNOWN}`)).rejects.toMatchObject({ code: 4403 });
    const reader = await small.key(['READ']);
    expect(await ask(`Bearer ${reader}`)).toMatchObject({ data: { models: {} } });
  });

  it('a database that does not answer now is no word on a key: a busy WebSocket stays, a new one is to come again', async () => {
    const [used, other] = [await small.key(['READ']), await small.key(['READ'])];
    const [model] = (await small.ask('{ models { edges { node { id } } } }', {}, admin)).data.models.edges;
    const limits = { operationSeconds: 100, socketIdleSeconds: 1 };
    const { server, query, nextSearch } = await openHungServer(small, model.node.id, limits);
    const client = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${used}` },
      retryAttempts: 0,
    });
    const closed = new Promise((resolve) => client.on('closed', resolve));
    const search = nextSearch();
    const ignore = () => undefined;
    client.subscribe({ query }, { next: ignore, error: ignore, complete: ignore });
    await search;
    const { access, store } = small.small.service;
    const lookUps = vi.spyOn(store.apiKeys, 'byPrefix').mockRejectedValue(new Error('connection refused'));
    access.keyChanged(used.split('_')[1]);
    const looked = vi.waitFor(() => expect(lookUps.mock.calls.length).toBeGreaterThan(1), 20_000);
    expect(await Promise.race([closed, looked.then(() => 'open')])).toBe('open');
    const asked = askBySocket(server.url, '{ __typename }', { secret: other });
    await expect(asked).rejects.toMatchObject({ code: 1013 });
    lookUps.mockRestore();
    await client.dispose();
    await server.close();
  });

  it('keys are changed under load without a refusal that is not due', async () => {
    let current = await small.key(['READ']);
    let turns = 0;
    const underWay = new Map<string, Set<Promise<unknown>>>();
    const failures: string[] = [];
    const sender = async () => {
      while (turns < 5) {
        const secret = current;
        const answer = small.ask('{ probeSets { name } }', {}, secret);
        const others = underWay.get(secret) ?? new Set();
        underWay.set(secret, others.add(answer));
        const { errors } = await answer;
        others.delete(answer);
        if (errors) failures.push(errors[0].message);
      }
    };
    const rotation = async () => {
      for (; turns < 5; turns++) {
        const old = current;
        current = await small.key(['READ']);
        // As in any rotation, what was sent with the old key gets its answer first.
        await Promise.all(underWay.get(old) ?? []);
        const record = await small.small.service.store.apiKeys.byPrefix(old.split('_')[1]);
        await small.ask(REVOKE, { id: Buffer.from(`ApiKey:${record?.id}`).toString('base64url') }, admin);
        expect((await small.ask(MODELS, {}, old)).status).toBe(401);
      }
    };
    await Promise.all([sender(), sender(), sender(), sender(), rotation()]);
    expect(failures).toEqual([]);
  });
});

describe('the audit', () => {
  it('has who changed what, from where, and cannot be changed', async () => {
    const ingest = await small.key(['INGEST']);
    const register = 'mutation M($input: RegisterModelInput!) { registerModel(input: $input) { id } }';
    const { data } = await small.ask(register, { input: { name: 'audited', version: '7' } }, ingest);
    const id = data.registerModel.id;
    await small.ask('mutation M($id: ID!) { setVisibility(id: $id, visibility: "x") { id } }', { id }, admin);
    await small.ask('mutation M($id: ID!) { removeModel(id: $id) }', { id }, admin);
    const query = `query A($model: ID!) { audit(filter: { model: $model }) { edges { node {
      action actor address userAgent requestId subject details } } } }`;
    const answer = await small.ask(query, { model: id }, admin);
    const entries = answer.data.audit.edges.map(({ node }: { node: object }) => node);
    expect(entries).toMatchObject([
      { action: 'MODEL_REMOVED', actor: `key:${admin.split('_')[1]}`, subject: 'audited 7' },
      { action: 'VISIBILITY_SET', details: { before: null, visibility: 'x' } },
      { action: 'MODEL_REGISTERED', actor: `key:${ingest.split('_')[1]}`, address: '127.0.0.1' },
    ]);
    expect(entries[0].requestId).toMatch(/^[0-9a-f-]{36}$/);
    const { store } = small.small.service;
    const before = (await store.audit.page({ first: 100 })).length;
    expect(await store.audit.deleteBefore(new Date(0))).toBe(0);
    expect(await store.audit.deleteBefore(new Date(Date.now() + 1000))).toBe(before);
  });
});

it('a server that others reach does not start open to all, unless that is said', async () => {
  const keys = { any: async () => false, byPrefix: async () => null, recordUse: async () => undefined };
  const exposed = (anonymous?: ['READ']) =>
    new Access({ keys, tokens: null, anonymous, loopback: false }).checkExposure('0.0.0.0');
  await expect(exposed()).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('HOST'),
  });
  await expect(exposed(['READ'])).resolves.toBeUndefined();
});
