import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApiKey } from '../../src/access/index.js';
import { globalId } from '../../src/graphql/index.js';
import { type RunningServer, servicesOf, startServer } from '../../src/server/index.js';
import { takeConcepts } from '../fixtures/prepared-data.js';
import { requires } from '../fixtures/requires.js';
import { statementsDuring } from '../fixtures/statements-during.js';
import { openSmallService, type SmallService } from '../ingest/support/small-service.js';
import { meanColor } from '../probing/support/made-models.js';
import { type PostgresServer, startPostgres } from '../store/postgres-server.js';
import { askAt, openSmallServer, type SmallServer } from './support/small-server.js';

const PAGE = `query Page($concept: String!) { logits(concept: $concept, first: 20) {
  totalCount edges { cursor node { index label model { id name visibility } } } } }`;
const LABEL = 'mutation Label($id: ID!, $labels: [String!]) { setLabels(id: $id, labels: $labels) { id } }';
const HIDE =
  'mutation Hide($id: ID!, $visibility: String) { setVisibility(id: $id, visibility: $visibility) { id } }';
const REMOVE = 'mutation Remove($id: ID!) { removeModel(id: $id) }';
const REVOKE = 'mutation Revoke($prefix: String) { revokeApiKey(prefix: $prefix) { prefix } }';
/** For how long a server may take a key that another one revoked: docs/access.md. */
const REVOKED_WITHIN_MS = 5_000;

type Edge = { node: { label: string | null; model: { id: string; name: string } } };
const namesIn = (edges: Edge[]) => [...new Set(edges.map(({ node }) => node.model.name))].sort();

describe('a server with the embedded database', () => {
  let small: SmallServer;
  let keys: { admin: string; reader: string };
  let first: string;
  const page = async (secret = keys.reader) => {
    const { data, text } = await small.ask(PAGE, { concept: 'red' }, secret);
    if (!data) throw new Error(text);
    return data.logits as { totalCount: number; edges: Edge[] };
  };
  beforeAll(async () => {
    small = await openSmallServer();
    first = await small.model('first');
    await small.model('second');
    keys = { admin: await small.key(['ADMIN']), reader: await small.key(['READ']) };
  });
  afterAll(() => small.close());

  it('answers a question that it answered before without the database', async () => {
    const before = await page();
    expect(namesIn(before.edges)).toEqual(['first', 'second']);
    // A key is read again after five seconds, which one question may take on a loaded machine.
    await vi.waitFor(
      async () => {
        await page();
        const statements = await statementsDuring(small.small.service.store, async () => {
          expect((await page()).edges.map(({ node }) => node)).toEqual(before.edges.map(({ node }) => node));
        });
        expect(statements).toEqual([]);
      },
      { timeout: 60_000 },
    );
  });

  it('reads the outputs of a page and their models in one statement', async () => {
    await small.ask(LABEL, { id: first, labels: null }, keys.admin);
    const statements = await statementsDuring(small.small.service.store, page);
    expect(statements.filter((sql) => sql.includes('"logit"'))).toHaveLength(1);
    expect(statements.filter((sql) => sql.includes('"model"'))).toHaveLength(2);
  });

  it('knows new labels, another visibility and a removal at once', async () => {
    await page();
    await small.ask(LABEL, { id: first, labels: ['r', 'g', 'b', 'w'] }, keys.admin);
    expect((await page()).edges.map(({ node }) => node.label)).toContain('r');
    await small.ask(HIDE, { id: first, visibility: 'team-a' }, keys.admin);
    const { totalCount, edges } = await page();
    expect([totalCount, namesIn(edges)]).toEqual([4, ['second']]);
    expect(namesIn((await page(keys.admin)).edges)).toEqual(['first', 'second']);
    const insider = await small.key(['READ'], { labels: ['team-a'] });
    expect(namesIn((await page(insider)).edges)).toEqual(['first', 'second']);
    await small.ask(HIDE, { id: first, visibility: null }, keys.admin);
    expect((await page()).totalCount).toBe(8);
    await small.ask(REMOVE, { id: first }, keys.admin);
    expect(namesIn((await page()).edges)).toEqual(['second']);
  });
});

describe.runIf(requires('postgresql'))('two servers on one PostgreSQL server', () => {
  let postgres: PostgresServer;
  const services: SmallService[] = [];
  const servers: RunningServer[] = [];
  let keys: { admin: string; reader: string };
  let model: string;
  let dataFolder: string;
  beforeAll(async () => {
    postgres = await startPostgres();
    const environment = { DATABASE_URL: await postgres.createDatabase('servers') };
    dataFolder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
    await takeConcepts(dataFolder);
    for (const work of [true, false]) {
      const small = await openSmallService({ environment, dataFolder, work });
      services.push(small);
      const { service } = small;
      servers.push(
        await startServer({
          host: '127.0.0.1',
          port: 0,
          services: servicesOf(service),
          webhooks: service.webhooks,
          limits: service.config,
          logger: pino({ level: 'silent' }),
        }),
      );
    }
    const [{ service, ingest }, other] = services;
    const { modelId } = await ingest(meanColor(), { name: 'first' });
    model = globalId('Model', modelId);
    const [probeSet] = await service.store.probeSets.list();
    const isFollowed = async () => expect((await other.service.search.stats(probeSet.id))?.logits).toBe(4);
    await vi.waitFor(isFollowed, { timeout: 20_000 });
    const made = (scopes: ('READ' | 'ADMIN')[]) =>
      createApiKey(service.store.apiKeys, { name: 'a test', scopes });
    keys = { admin: (await made(['ADMIN'])).secret, reader: (await made(['READ'])).secret };
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    for (const service of services) await service.close();
    await postgres.stop();
    await rm(dataFolder, { recursive: true, force: true });
  });
  const ask = (server: number, query: string, variables: object, secret = keys.reader) =>
    askAt(servers[server].url, query, variables, secret);
  const page = async (server: number) =>
    (await ask(server, PAGE, { concept: 'red' })).data.logits as { totalCount: number; edges: Edge[] };

  it('one shows at once what the other changed', async () => {
    for (const server of [0, 1]) expect(namesIn((await page(server)).edges)).toEqual(['first']);
    await ask(0, LABEL, { id: model, labels: ['r', 'g', 'b', 'w'] }, keys.admin);
    expect((await page(1)).edges.map(({ node }) => node.label)).toContain('r');
    await ask(0, HIDE, { id: model, visibility: 'team-a' }, keys.admin);
    for (const server of [0, 1]) expect(await page(server)).toMatchObject({ totalCount: 0, edges: [] });
    await ask(0, HIDE, { id: model, visibility: null }, keys.admin);
    for (const server of [0, 1]) expect((await page(server)).totalCount).toBe(4);
  });

  it('a key that one revokes is refused there at once, and by the other within five seconds', async () => {
    const statusAt = async (server: number) => (await ask(server, PAGE, { concept: 'red' })).status;
    expect([await statusAt(0), await statusAt(1)]).toEqual([200, 200]);
    await ask(0, REVOKE, { prefix: keys.reader.split('_')[1] }, keys.admin);
    const revokedAt = performance.now();
    expect(await statusAt(0)).toBe(401);
    await expect.poll(() => statusAt(1), { timeout: 2 * REVOKED_WITHIN_MS, interval: 100 }).toBe(401);
    expect(performance.now() - revokedAt).toBeLessThan(REVOKED_WITHIN_MS + 1_000);
  });
});
