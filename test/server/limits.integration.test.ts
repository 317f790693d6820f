import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ConcurrencyLimit } from '../../src/server/graphql/concurrency-limit.js';
import { withDeadline } from '../../src/server/graphql/run-operation.js';
import { newIngest } from '../store/models.js';
import { askBySocket } from './support/ask-by-socket.js';
import { type Answered, askAt, openSmallServer, type SmallServer } from './support/small-server.js';

let small: SmallServer;
let model: string;
beforeAll(async () => {
  small = await openSmallServer({
    PROBELOG_MAX_DEPTH: '8',
    PROBELOG_MAX_ALIASES: '5',
    PROBELOG_MAX_DIRECTIVES: '5',
    PROBELOG_MAX_TOKENS: '500',
    PROBELOG_MAX_COST: '3000',
  });
  model = await small.model('one');
});
afterAll(() => small.close());

const limitOf = ({ status, errors }: Answered) => [
  status,
  errors?.[0].extensions.code,
  errors?.[0].extensions.limit,
];
const TOO_COMPLEX = (limit: string) => [400, 'OPERATION_TOO_COMPLEX', limit];
const wsUrl = (url: string) => `${url.replace('http', 'ws')}/graphql`;
const post = (body: string, headers: Record<string, string>) =>
  fetch(`${small.server.url}/graphql`, { method: 'POST', headers, body });

describe('the OWASP cheat sheet for GraphQL', () => {
  it('an alias flood is refused', async () => {
    const flood = `{ ${Array.from({ length: 6 }, (_, i) => `a${i}: probeSets { name }`).join(' ')} }`;
    expect(limitOf(await small.ask(flood))).toEqual(TOO_COMPLEX('aliases'));
  });

  it('deep operations are refused, and depth cannot hide in fragments', async () => {
    const similar = 'similar(first: 1) { edges { node {';
    const deep = `{ logit(id: "x") { ${similar} ${similar} ${similar} id }}} }}} }}} } }`;
    expect(limitOf(await small.ask(deep))).toEqual(TOO_COMPLEX('depth'));
    const hidden = `{ logit(id: "x") { ...A } } fragment A on Logit { ${similar} ...B }}} }
      fragment B on Logit { ${similar} ...C }}} } fragment C on Logit { ${similar} id }}} }`;
    expect(limitOf(await small.ask(hidden))).toEqual(TOO_COMPLEX('depth'));
  });

  it('circular fragments are refused', async () => {
    const circle = `{ probeSets { ...A } } fragment A on ProbeSet { ...B } fragment B on ProbeSet { ...A }`;
    const { status, errors } = await small.ask(circle);
    expect([status, errors?.[0].extensions.code]).toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);
  });

  it('directives and tokens without end are refused', async () => {
    const directives = `{ probeSets { name ${'@include(if: true) '.repeat(6)} } }`;
    const answer = await small.ask(directives);
    expect(answer.status).toBe(400);
    expect(answer.errors?.map(({ extensions }) => extensions.limit)).toContain('directives');
    const { status, errors } = await small.ask(`{ probeSets { ${'name '.repeat(600)} } }`);
    expect([status, errors?.[0].extensions.code]).toEqual([400, 'GRAPHQL_PARSE_FAILED']);
  });

  it('cost multiplies with lists, wherever the number stands', async () => {
    const list =
      'query Q($n: Int = 100) { models(first: $n) { edges { node { logits(first: 100) { edges { node { label } } } } } } }';
    expect(limitOf(await small.ask(list))).toEqual(TOO_COMPLEX('cost'));
    expect((await small.ask(list, { n: 2 })).errors).toBeUndefined();
    const negative = await small.ask(list.replace('first: 100', 'first: -100'), { n: -100000 });
    expect(negative.errors?.[0].extensions.code).toBe('OPERATION_TOO_COMPLEX');
  });

  it('what a model recognizes, and what a concept is near to, costs as much as a search', async () => {
    const ofModels = (fields: string) => `{ models(first: 100) { edges { node { ${fields} } } } }`;
    const once = 'recognizes(concept: "dog") { score }';
    const oldName = 'recognises(concept: "dog") { score }';
    expect((await small.ask(ofModels(once))).errors).toBeUndefined();
    expect((await small.ask(ofModels(oldName))).errors).toBeUndefined();
    for (const again of [once, oldName])
      expect(limitOf(await small.ask(ofModels(`${once} again: ${again}`)))).toEqual(TOO_COMPLEX('cost'));
    const { url } = await small.beside({ PROBELOG_MAX_COST: '20' });
    expect(limitOf(await askAt(url, '{ concept(text: "dog") { topProbes(first: 1) { cosine } } }'))).toEqual(
      TOO_COMPLEX('cost'),
    );
  });

  it('a search costs as often as it has concepts', async () => {
    const { url } = await small.beside({ PROBELOG_MAX_COST: '100' });
    const query = `query Q($any: [String!]!, $known: [String!]!) {
      logits(expression: { any: $any, none: ["stone"] }, first: 1) { totalCount }
      models(concepts: $known, first: 1) { totalCount } }`;
    const ask = (any: string[], known: string[]) => askAt(url, query, { any, known });
    expect((await ask(['dog', 'cat'], ['dog'])).errors).toBeUndefined();
    expect(limitOf(await ask(['dog', 'cat', 'bird'], ['dog', 'cat']))).toEqual(TOO_COMPLEX('cost'));
    expect(limitOf(await ask(['dog'], ['dog', 'cat', 'bird', 'stone']))).toEqual(TOO_COMPLEX('cost'));
  });

  it('the same limits hold on a WebSocket', async () => {
    const client = createClient({ url: wsUrl(small.server.url), webSocketImpl: WebSocket, retryAttempts: 0 });
    const flood = `{ ${Array.from({ length: 6 }, (_, i) => `a${i}: probeSets { name }`).join(' ')} }`;
    const refused = new Promise((resolve, reject) => {
      client.subscribe({ query: flood }, { next: resolve, error: reject, complete: () => undefined });
    });
    await expect(refused).rejects.toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }]);
    await client.dispose();
  });

  it('brute force by batch is refused; a list that is allowed is held to its size', async () => {
    const json = { 'content-type': 'application/json' };
    const batch = (count: number) =>
      JSON.stringify(Array.from({ length: count }, () => ({ query: '{ probeSets { name } }' })));
    const refused = await post(batch(2), json);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ errors: [{ extensions: { limit: 'batch' } }] });
    const other = await small.beside({ PROBELOG_BATCH_SIZE: '2' });
    const send = (count: number) =>
      fetch(`${other.url}/graphql`, { method: 'POST', headers: json, body: batch(count) });
    expect(await (await send(2)).json()).toHaveLength(2);
    expect((await send(3)).status).toBe(400);
  });

  it('without introspection there is no schema, and no suggestion of what a name may have meant', async () => {
    const misspelt = '{ probeSet { name } }';
    expect((await small.ask(misspelt)).text).toContain('Did you mean');
    const { url } = await small.beside({ PROBELOG_INTROSPECTION: 'off', PROBELOG_EXPLORER: 'off' });
    const hidden = await askAt(url, misspelt);
    expect(hidden.status).toBe(400);
    expect(hidden.text).not.toMatch(/did you mean|probeSets/i);
    const variables = { states: ['SUCCEEDE'] };
    const query = 'query Q($states: [IngestState!]) { ingests(status: $states) { edges { node { id } } } }';
    expect((await small.ask(query, variables)).text).toContain('SUCCEEDED');
    expect((await askAt(url, query, variables)).text).toMatch(/BAD_USER_INPUT/);
    expect((await askAt(url, query, variables)).text).not.toMatch(/did you mean|SUCCEEDED/i);
    const registering = 'mutation M($input: RegisterModelInput!) { registerModel(input: $input) { id } }';
    const told = await askBySocket(url, registering, { variables: { input: { nam: 'x' } } }).catch(
      (thrown) => thrown,
    );
    expect(JSON.stringify(told)).toMatch(/BAD_USER_INPUT/);
    expect(JSON.stringify(told)).not.toMatch(/did you mean|\bname\b/i);
    expect((await askAt(url, '{ __schema { types { name } } }')).status).toBe(400);
    const page = await fetch(`${url}/graphql`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).not.toContain('text/html');
  });

  it('a form or a link of another site asks nothing', async () => {
    const mutation = 'mutation { removeModel(id: "x") }';
    const form = await post(`query=${encodeURIComponent(mutation)}`, {
      'content-type': 'application/x-www-form-urlencoded',
    });
    const plain = await post(JSON.stringify({ query: mutation }), { 'content-type': 'text/plain' });
    const link = await fetch(
      `${small.server.url}/graphql?query=${encodeURIComponent('{ probeSets { name } }')}`,
    );
    expect([form.status, plain.status, link.status].every((status) => status >= 400 && status < 500)).toBe(
      true,
    );
    expect(await link.text()).not.toContain('gradients');
  });

  it('oversized variables are refused', async () => {
    const query = `query Q($id: ID!, $models: [ID!]) {
      logit(id: $id) { similar(filter: { models: $models }) { totalCount } } }`;
    const models = Array.from({ length: 1_001 }, () => 'x');
    const key = Buffer.from(model, 'base64url').toString().split(':')[1];
    const id = Buffer.from(`Logit:${key}:0`).toString('base64url');
    expect((await small.ask(query, { id, models })).errors?.[0].extensions.code).toBe('INPUT_INVALID');
    const { url } = await small.beside({ PROBELOG_MAX_BODY_BYTES: '1KiB' });
    const { status, errors } = await askAt(url, query, { id, models });
    expect([status, errors?.[0].extensions.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });
});

it('bodies beyond the memory for all of them are refused, but for small ones', async () => {
  const { url } = await small.beside({ PROBELOG_MAX_BODIES_BYTES: '16MiB' });
  const asking = (bytes: number) =>
    JSON.stringify({
      query: 'query Q($v: String) { logits(image: $v) { totalCount } }',
      variables: { v: 'x'.repeat(bytes) },
    });
  const post = async (body: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const { errors } = JSON.parse(await response.text());
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      code: errors?.[0].extensions.code,
    };
  };
  const held = connect(Number(new URL(url).port), '127.0.0.1');
  const body = asking(13_000_000);
  held.write(
    `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
  );
  await new Promise((resolve) => held.write(body.slice(0, 12_000_000), resolve));

  expect(await post(asking(8_000_000))).toEqual({ status: 503, retryAfter: '1', code: 'SERVER_BUSY' });
  expect((await askAt(url, '{ __typename }')).status).toBe(200);
  held.destroy();
  await expect.poll(() => post(asking(8_000_000))).toMatchObject({ status: 400 });
});

it.each([
  ['hash', { version: 1, sha256Hash: 'a'.repeat(64) }],
  ['version', { version: 2, sha256Hash: 'a'.repeat(64) }],
  ['form', 5],
])('a persisted query with a wrong %s is a bad request', async (_, persistedQuery) => {
  const body = JSON.stringify({ query: '{ __typename }', extensions: { persistedQuery } });
  const response = await post(body, { 'content-type': 'application/json' });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
});

describe('rates', () => {
  it('are counted by address, told in headers, and end in 429', async () => {
    const { url } = await small.beside({ PROBELOG_RATE_PER_ADDRESS: '3', PROBELOG_ALLOW_ANONYMOUS: 'read' });
    // The service's settings say who may ask; a key that is not good counts for the address.
    const bad = `plk_${'0'.repeat(12)}_${'A'.repeat(43)}`;
    const answers: Answered[] = [];
    for (let turn = 0; turn < 5; turn++) answers.push(await askAt(url, '{ __typename }', {}, bad));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 429, 429]);
    expect(answers[0].headers.get('ratelimit-limit')).toBe('3');
    expect(answers[0].headers.get('ratelimit-remaining')).toBe('2');
    expect(Number(answers[3].headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answers[3].errors?.[0].extensions.code).toBe('RATE_LIMITED');
  });
});

describe('time and place', () => {
  it('an operation that takes too long ends, and so does what it waits for', async () => {
    let stopped = false;
    const forever = withDeadline(0.02, undefined, (signal) => {
      signal.addEventListener('abort', () => {
        stopped = true;
      });
      return new Promise(() => undefined);
    });
    await expect(forever).rejects.toMatchObject({ code: 'OPERATION_TIMEOUT' });
    expect(stopped).toBe(true);
  });

  it('a search ends when its caller leaves', async () => {
    const { search, store } = small.small.service;
    const [{ id }] = await store.probeSets.list();
    const gone = new AbortController();
    const query = {
      kind: 'CONCEPT' as const,
      cosines: Float32Array.from({ length: 24 }, (_, probe) => Math.sin(probe)),
      weights: Float32Array.from({ length: 24 }, (_, probe) => Math.sin(probe)),
    };
    const searched = search.search(id, { query, metric: 'SCORE', first: 1 }, gone.signal);
    gone.abort(new Error('gone'));
    await expect(searched).rejects.toThrow('gone');
    expect(await search.stats(id)).toMatchObject({ models: 1 });
  });

  it('further operations get Retry-After', async () => {
    const atOnce = new ConcurrencyLimit(1);
    let finish: () => void = () => undefined;
    const first = atOnce.run(
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await expect(atOnce.run(async () => 1)).rejects.toMatchObject({
      code: 'SERVER_BUSY',
      retryAfterSeconds: 1,
    });
    finish();
    await first;
    expect(await atOnce.run(async () => 1)).toBe(1);
  });

  it('a slow client loses its connection, and no other client waits for it', async () => {
    const { url } = await small.beside({ PROBELOG_BODY_SECONDS: '1', PROBELOG_OPERATIONS_AT_ONCE: '1' });
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.write(
      'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{',
    );
    expect((await askAt(url, '{ __typename }')).status).toBe(200);
    await closed;
  });

  it('a client that goes away in the middle of an answer does no harm', async () => {
    await new Promise<void>((resolve) => {
      const sent = request(`${small.server.url}/probe-sets/gradients/kit.tar`, (response) => {
        response.once('data', () => {
          response.destroy();
          resolve();
        });
      });
      sent.on('error', () => undefined).end();
    });
    expect((await small.ask('{ __typename }')).status).toBe(200);
  });
});

describe('sockets', () => {
  it('1,000 idle subscriptions are one statement a second, and all hear of the end', async () => {
    const { store } = small.small.service;
    const [{ id: probeSetId }] = await store.probeSets.list();
    const ingest = await store.ingests.enqueue({
      ...newIngest(probeSetId, 'idle'),
      source: 'https://example.invalid/x.onnx',
      request: {},
    });
    // No worker claims it before its time.
    await store.ingests.claim('a test', 600_000);
    const id = Buffer.from(`Ingest:${ingest.id}`).toString('base64url');
    const clients = Array.from({ length: 20 }, () =>
      // On a loaded machine, a socket may not be acknowledged in time.
      createClient({ url: wsUrl(small.server.url), webSocketImpl: WebSocket, retryAttempts: 20, lazy: true }),
    );
    const query = 'subscription S($id: ID!) { ingestProgress(id: $id) { state } }';
    const heard = new Set<string>();
    const watchers = clients.flatMap((client, socket) =>
      Array.from({ length: 50 }, (_, number) => {
        const events = client.iterate<{ ingestProgress: { state: string } }>({ query, variables: { id } });
        return (async () => {
          let last: string | undefined;
          for await (const { data } of events) {
            last = data?.ingestProgress.state;
            heard.add(`${socket} ${number}`);
          }
          return last;
        })();
      }),
    );
    while (heard.size < 1_000) await new Promise((resolve) => setTimeout(resolve, 50));
    const inThreeSeconds = async () => {
      let statements = 0;
      const end = store.onStatement((sql) => {
        if (sql.includes('"ingest"')) statements++;
      });
      await new Promise((resolve) => setTimeout(resolve, 3_000));
      end();
      return statements;
    };
    // Until all that had to connect again are idle.
    await expect.poll(inThreeSeconds, { timeout: 90_000, interval: 0 }).toBeLessThan(50);
    await small.small.service.ingest.cancel(ingest.id);
    expect(new Set(await Promise.all(watchers))).toEqual(new Set(['CANCELLED']));
    await Promise.all(clients.map((client) => client.dispose()));
  });

  it('are limited in number, and close when idle', async () => {
    const { url } = await small.beside({ PROBELOG_MAX_SOCKETS: '1', PROBELOG_SOCKET_IDLE_SECONDS: '1' });
    const open = () => new WebSocket(wsUrl(url), 'graphql-transport-ws');
    const first = open();
    await new Promise((resolve) => first.once('open', resolve));
    const second = open();
    await expect(
      new Promise((resolve, reject) => second.once('open', resolve).once('error', reject)),
    ).rejects.toThrow('503');
    const code = new Promise((resolve) => first.once('close', resolve));
    first.send(JSON.stringify({ type: 'connection_init' }));
    expect(await code).toBe(4408);
  });
});

describe('listed operations', () => {
  it('are run by text and by hash, and nothing else is', async () => {
    const text = '{ probeSets { name } }';
    const hash = createHash('sha256').update(text).digest('hex');
    const path = join(small.small.folder, 'operations.json');
    await writeFile(path, JSON.stringify({ [hash]: text }));
    const { url } = await small.beside({ PROBELOG_PERSISTED_OPERATIONS: path });
    const send = async (body: object) => {
      const response = await fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return response.text();
    };
    expect(await send({ query: text })).toContain('gradients');
    expect(await send({ extensions: { persistedQuery: { version: 1, sha256Hash: hash } } })).toContain(
      'gradients',
    );
    const get = async (parameters: Record<string, string>, more = '') => {
      const address = `${url}/graphql?${new URLSearchParams(parameters)}${more}`;
      return (await fetch(address, { headers: { 'apollo-require-preflight': 'true' } })).text();
    };
    const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash: hash } });
    expect(await get({ extensions })).toContain('gradients');
    expect(await get({ query: text })).toContain('gradients');
    const other = '{ probeSets { size } }';
    expect(await get({ query: other })).toContain('OPERATION_UNKNOWN');
    expect(await get({ query: other, extensions })).toContain('OPERATION_UNKNOWN');
    expect(await get({ extensions, query: text }, `&query=${encodeURIComponent(other)}`)).not.toContain(
      '"size"',
    );
    expect(await send({ query: '{ probeSets { name size } }' })).toContain('OPERATION_UNKNOWN');
    expect(await send({ query: '{' })).toContain('OPERATION_UNKNOWN');
    const client = createClient({ url: wsUrl(url), webSocketImpl: WebSocket, retryAttempts: 0 });
    const unlisted = new Promise((resolve, reject) => {
      client.subscribe(
        { query: '{ probeSets { size } }' },
        { next: resolve, error: reject, complete: () => undefined },
      );
    });
    await expect(unlisted).rejects.toMatchObject([{ extensions: { code: 'OPERATION_UNKNOWN' } }]);
    await client.dispose();
  });

  it('otherwise a client may send a hash of what it sent before', async () => {
    const query = '{ probeSets { size } }';
    const sha256Hash = createHash('sha256').update(query).digest('hex');
    const send = async (body: object) =>
      (
        await post(JSON.stringify({ ...body, extensions: { persistedQuery: { version: 1, sha256Hash } } }), {
          'content-type': 'application/json',
        })
      ).text();
    expect(await send({})).toContain('PERSISTED_QUERY_NOT_FOUND');
    await send({ query });
    expect(await send({})).toContain('"size":24');
  });

  it('but not of an operation that was refused', async () => {
    const aliases = Array.from({ length: 40 }, (_, i) => `a${i}: probeSets { name }`);
    for (const query of ['{ nothing }', `{ ${aliases.join(' ')} }`, 'fragment F on Query { __typename }']) {
      const sha256Hash = createHash('sha256').update(query).digest('hex');
      const send = async (body: object) =>
        (
          await post(
            JSON.stringify({ ...body, extensions: { persistedQuery: { version: 1, sha256Hash } } }),
            {
              'content-type': 'application/json',
            },
          )
        ).text();
      expect(await send({ query })).toMatch(/VALIDATION_FAILED|TOO_COMPLEX|has no operation/);
      expect(await send({})).toContain('PERSISTED_QUERY_NOT_FOUND');
    }
  });
});

it('pages of other sites may ask only when they are listed', async () => {
  const origin = 'https://models.example.org';
  const { url } = await small.beside({ PROBELOG_CORS_ORIGINS: origin });
  const preflight = (from: string) =>
    fetch(`${url}/graphql`, {
      method: 'OPTIONS',
      headers: {
        origin: from,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
  expect((await preflight(origin)).headers.get('access-control-allow-origin')).toBe(origin);
  expect(
    (await preflight('https://elsewhere.example')).headers.get('access-control-allow-origin'),
  ).toBeNull();
});
