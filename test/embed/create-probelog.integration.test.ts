import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApolloServer, type BaseContext } from '@apollo/server';
import { makeExecutableSchema } from '@graphql-tools/schema';
import express from 'express';
import Fastify, { type FastifyInstance } from 'fastify';
import { type ExecutionResult, parse, subscribe } from 'graphql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProbelog, type HostCaller, type Probelog, type ProbelogOptions } from '../../src/index.js';
import { openStore } from '../../src/store/index.js';
import { DEMO } from '../fixtures/demo-service.js';
import { requires } from '../fixtures/requires.js';
import { gradientImages } from '../ingest/support/small-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { standardHeaders } from '../registries/signing.js';
import { type PostgresServer, startPostgres } from '../store/postgres-server.js';

const SECRET = `whsec_${Buffer.from('a secret of the test').toString('base64')}`;

/** A host that is SDL-first: its server, and ProbeLog in it. */
interface Host {
  probelog: Probelog;
  apollo: ApolloServer<BaseContext>;
  ask(query: string, variables?: object): Promise<Record<string, unknown>>;
}

describe.runIf(requires('postgresql'))('two hosts in one process, on one PostgreSQL database', () => {
  let server: PostgresServer;
  let databaseUrl: string;
  let folder: string;
  let probes: string;
  let models: string;
  let left: Host;
  let right: Host;

  beforeAll(async () => {
    server = await startPostgres();
    databaseUrl = await server.createDatabase('both');
    folder = await mkdtemp(join(tmpdir(), 'probelog-hosts-'));
    await mkdir(join(folder, 'pictures'));
    probes = await gradientImages(join(folder, 'pictures/probes'), 24);
    models = join(folder, 'models');
    await mkdir(models);
    await writeFile(join(models, 'colors.onnx'), meanColor());
    left = await open('left');
    right = await open('right', { prefix: 'Probelog', settings: { PROBELOG_STANDARD_SECRETS: SECRET } });
  });
  afterAll(async () => {
    await Promise.all([left?.apollo.stop(), right?.apollo.stop()]);
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function open(name: string, options: Partial<ProbelogOptions> = {}): Promise<Host> {
    const probelog = await createProbelog({
      dataFolder: join(folder, name),
      databaseUrl,
      databaseSchema: name,
      textEncoder: join(DEMO, 'encoder'),
      probes: { name: 'gradients', source: probes },
      modelFolders: [models],
      log: () => undefined,
      ...options,
    });
    const apollo = new ApolloServer<BaseContext>({
      typeDefs: ['type Query { who: String! } type Mutation { nothing: Boolean }', probelog.typeDefs],
      resolvers: [{ Query: { who: () => name } }, probelog.resolvers],
      plugins: [probelog.plugin],
    });
    await apollo.start();
    return {
      probelog,
      apollo,
      async ask(query, variables) {
        const { body } = await apollo.executeOperation(
          { query, variables: variables as Record<string, unknown> },
          { contextValue: probelog.context() },
        );
        if (body.kind !== 'single') throw new Error('a stream');
        if (body.singleResult.errors) throw new Error(JSON.stringify(body.singleResult.errors));
        return JSON.parse(JSON.stringify(body.singleResult.data));
      },
    };
  }

  const tell = (host: Host, version: string) =>
    host.probelog.onModelRegistered({
      name: 'colors',
      version,
      source: join(models, 'colors.onnx'),
      preprocessing: { mean: [0, 0, 0], std: [1, 1, 1] },
    });

  it('each has its own models, whatever the other one does', async () => {
    expect(await tell(left, '1')).toEqual({ status: 'accepted', ingest: expect.any(String) });
    expect(await tell(right, '1')).toMatchObject({ status: 'accepted' });
    expect(await tell(right, '2')).toMatchObject({ status: 'accepted' });
    const ofLeft = () => left.ask('{ who models { edges { node { version status } } } }');
    const ofRight = () => right.ask('{ who probelogModels { edges { node { version status } } } }');
    const ready = (version: string) => ({ node: { version, status: 'READY' } });
    await expect.poll(ofLeft, { timeout: 60_000 }).toEqual({ who: 'left', models: { edges: [ready('1')] } });
    await expect
      .poll(ofRight, { timeout: 60_000 })
      .toEqual({ who: 'right', probelogModels: { edges: [ready('1'), ready('2')] } });
  });

  it('tables are in the schemas, and a third one in the default schema is empty', async () => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      'SELECT (SELECT count(*)::int FROM "left".model) AS left, (SELECT count(*)::int FROM "right".model) AS right',
    );
    await client.end();
    expect(rows).toEqual([{ left: 1, right: 2 }]);
    const store = await openStore({ dataFolder: join(folder, 'third'), databaseUrl });
    expect(await store.models.count({})).toBe(0);
    await store.close();
  });

  it('a start that fails says why, and leaves nothing behind', async () => {
    const failed = open('failing', { textEncoder: join(folder, 'no-encoder') });
    await expect(failed).rejects.toMatchObject({ code: 'TEXT_ENCODER_UNAVAILABLE' });
    const again = await open('failing');
    expect(await again.ask('{ who }')).toEqual({ who: 'failing' });
    await again.apollo.stop();
  });

  it('a version that is announced twice is registered once', async () => {
    const [first, second] = [await tell(left, '1'), await tell(left, '1')];
    expect(first).toEqual(second);
    expect(first).toMatchObject({ status: 'duplicate', ingest: expect.any(String) });
  });

  it('progress can be followed in a host that serves subscriptions', async () => {
    const { ingest } = await tell(left, '1');
    const schema = makeExecutableSchema({
      typeDefs: ['type Query { who: String! }', left.probelog.typeDefs],
      resolvers: left.probelog.resolvers,
    });
    const events = await subscribe({
      schema,
      document: parse('subscription S($id: ID!) { ingestProgress(id: $id) { state model { version } } }'),
      variableValues: { id: ingest },
      contextValue: left.probelog.context(),
    });
    const seen: unknown[] = [];
    for await (const { data } of events as AsyncIterable<ExecutionResult>) seen.push(data?.ingestProgress);
    expect(JSON.parse(JSON.stringify(seen))).toEqual([{ state: 'SUCCEEDED', model: { version: '1' } }]);
  });

  describe('a host that says who asks', () => {
    const models = '{ models { edges { node { version } } } }';
    const remove = 'mutation { removeModel(id: "x") }';
    const asked = async (query: string, ...from: Parameters<Probelog['context']>) => {
      const contextValue = left.probelog.context(...from);
      const { body } = await left.apollo.executeOperation({ query }, { contextValue });
      if (body.kind !== 'single') throw new Error('a stream');
      return body.singleResult.errors?.[0].extensions?.code ?? 'answered';
    };

    it('is limited to its scopes, and an anonymous caller may do nothing', async () => {
      const ada = { name: 'ada', scopes: ['read'] } as const;
      expect(await asked(models, ada)).toBe('answered');
      expect(await asked(remove, ada)).toBe('FORBIDDEN');
      expect(await asked(remove, { name: 'root', scopes: ['admin'] })).toBe('ID_INVALID');
      expect(await asked(remove)).toBe('ID_INVALID');
      expect(await asked(models, null)).toBe('UNAUTHENTICATED');
      expect(await asked(models, undefined)).toBe('UNAUTHENTICATED');
    });

    it('has its mistakes named', () => {
      const wrong = { name: '', scopes: ['everything'], labels: ['a b'] } as unknown as HostCaller;
      expect(() => left.probelog.context(wrong)).toThrow(/name: [\s\S]*scopes\.0: [\s\S]*labels\.0: a label/);
    });

    it('names the caller of a request to the handler', async () => {
      const knows = await open('knows', {
        caller: async ({ headers }) => (headers['x-user'] ? { name: 'ada', scopes: ['read'] } : null),
      });
      const http = createServer(knows.probelog.handler).listen(0, '127.0.0.1');
      await once(http, 'listening');
      const { port } = http.address() as AddressInfo;
      const { body } = await knows.apollo.executeOperation(
        { query: '{ probeSets { id } }' },
        { contextValue: knows.probelog.context({ name: 'ada', scopes: ['read'] }) },
      );
      const [{ id }] = Object(body).singleResult.data.probeSets;
      const get = async (headers: Record<string, string>) =>
        (await fetch(`http://127.0.0.1:${port}/probe-sets/${id}/kit.tar`, { headers })).status;
      const health = (await fetch(`http://127.0.0.1:${port}/health`)).status;
      expect([health, await get({}), await get({ 'x-user': 'ada' })]).toEqual([200, 401, 200]);
      await expect(knows.ask(models)).rejects.toThrow('UNAUTHENTICATED');
      http.close();
      await knows.apollo.stop();
    });
  });

  it('a deep answer has the types of the prefix', async () => {
    const { probelogModels } = (await right.ask(
      '{ probelogModels(first: 1) { __typename edges { node { __typename probing { __typename coverage } logits(first: 1) { edges { node { __typename } } } } } } }',
    )) as { probelogModels: unknown };
    expect(probelogModels).toEqual({
      __typename: 'ProbelogModelConnection',
      edges: [
        {
          node: {
            __typename: 'ProbelogModel',
            probing: { __typename: 'ProbelogProbing', coverage: 1 },
            logits: { edges: [{ node: { __typename: 'ProbelogLogit' } }] },
          },
        },
      ],
    });
  });

  describe('the handler', () => {
    const BODY = JSON.stringify({
      type: 'model.version.created',
      data: { name: 'told', version: '1', url: 'https://models.example.org/told.onnx' },
    });
    const signed = (id: string) => ({
      'content-type': 'application/json',
      ...standardHeaders(BODY, SECRET, id, new Date()),
    });
    const notFound = async (url: string): Promise<string> => {
      const { error } = (await (await fetch(`${url}/probelog/nothing`)).json()) as {
        error: { message: string };
      };
      return error.message;
    };

    it('takes webhooks in Fastify, whose own bodies stay its own', async () => {
      const app: FastifyInstance = Fastify();
      app.post('/own', async ({ body }) => body);
      app.register(async (scope) => {
        scope.removeAllContentTypeParsers();
        scope.addContentTypeParser('*', (_request, _body, done) => done(null));
        scope.all('/probelog/*', (received, reply) => {
          reply.hijack();
          right.probelog.handler(received.raw, reply.raw);
        });
      });
      const url = await app.listen({ host: '127.0.0.1', port: 0 });
      const post = (path: string, headers: Record<string, string>) =>
        fetch(url + path, { method: 'POST', headers, body: BODY });
      const taken = await post('/probelog/webhooks/standard', signed('fastify-1'));
      expect([taken.status, await taken.json()]).toEqual([
        202,
        expect.objectContaining({ status: 'accepted' }),
      ]);
      const own = await post('/own', { 'content-type': 'application/json' });
      expect(await own.json()).toEqual(JSON.parse(BODY));
      expect(await notFound(url)).toBe('There is nothing at GET /probelog/nothing.');
      await app.close();
    });

    it('says what is wrong when a parser had the body first', async () => {
      const app = express();
      app.use(express.json());
      app.use('/probelog', right.probelog.handler);
      const listening = createServer(app).listen(0, '127.0.0.1');
      await once(listening, 'listening');
      const { port } = listening.address() as AddressInfo;
      const answer = await fetch(`http://127.0.0.1:${port}/probelog/webhooks/standard`, {
        method: 'POST',
        headers: signed('express-1'),
        body: BODY,
      });
      expect(await answer.json()).toMatchObject({
        error: { code: 'CONFIG_INVALID', message: expect.stringContaining('body parsers') },
      });
      expect(await notFound(`http://127.0.0.1:${port}`)).toBe('There is nothing at GET /probelog/nothing.');
      listening.close();
    });

    it('finishes what is under way before ProbeLog closes, and refuses what comes later', async () => {
      const http = createServer(right.probelog.handler).listen(0, '127.0.0.1');
      await once(http, 'listening');
      const { port } = http.address() as AddressInfo;
      const slow = request({
        port,
        method: 'POST',
        path: '/webhooks/standard',
        headers: { ...signed('slow-1'), 'content-length': BODY.length },
      });
      const answered = new Promise<number | undefined>((resolve) =>
        slow.once('response', (response) =>
          response.resume().once('end', () => resolve(response.statusCode)),
        ),
      );
      slow.write(BODY.slice(0, 20));
      await sleep(200);
      let closed = false;
      const closing = right.probelog.close().then(() => {
        closed = true;
      });
      const late = await fetch(`http://127.0.0.1:${port}/health`);
      expect([late.status, late.headers.get('retry-after')]).toEqual([503, '15']);
      await expect(tell(right, '3')).rejects.toMatchObject({ code: 'SERVER_CLOSING' });
      expect(closed).toBe(false);
      slow.end(BODY.slice(20));
      expect(await answered).toBe(202);
      await closing;
      http.close();
      const again = await openStore({
        dataFolder: join(folder, 'right'),
        databaseUrl,
        databaseSchema: 'right',
      });
      expect((await again.deliveries.find('standard', 'slow-1'))?.outcome).toBeDefined();
      await again.close();
    });
  });
});
