import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startRegistry } from '../../examples/host-registry/src/server.js';
import { demoProbes } from '../fixtures/demo-probes.js';
import { type Answer, DEMO } from '../fixtures/demo-service.js';
import { takeConcepts } from '../fixtures/prepared-data.js';
import { requires } from '../fixtures/requires.js';
import { type PostgresServer, startPostgres } from '../store/postgres-server.js';

const SERVER = readFileSync(new URL('../../examples/host-registry/src/server.ts', import.meta.url), 'utf8');
const FILE = join(DEMO, 'models/cifar10_resnet20.onnx');

let postgres: PostgresServer | undefined;
let databaseUrl: string | undefined;
let folder: string;
let registry: Awaited<ReturnType<typeof startRegistry>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-registry-'));
  await takeConcepts(join(folder, 'probelog'));
  postgres = requires('postgresql') ? await startPostgres() : undefined;
  databaseUrl = await postgres?.createDatabase('registry');
  registry = await start();
});
afterAll(async () => {
  await registry.close();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function start() {
  return startRegistry({
    port: 0,
    folder,
    databaseUrl,
    modelFolder: join(DEMO, 'models'),
    probeImages: await demoProbes(),
    textEncoder: join(DEMO, 'encoder'),
  });
}

async function ask(query: string, variables?: object): Promise<Answer> {
  const response = await fetch(`${registry.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

const PUBLISH = `mutation Publish($input: PublishInput!) { publishModel(input: $input) { id name } }`;
const publish = (name: string, file: string) =>
  ask(PUBLISH, { input: { name, version: '1', owner: 'vision team', file } });
/** The last ingest of each version, which ends a moment after its model can be searched. */
const ingests = async () =>
  (await ask('{ registeredModels { probing { ingest { state } } } }')).data.registeredModels.map(
    ({ probing }: { probing: { ingest: { state: string } } | null }) => probing?.ingest.state ?? null,
  );

describe('the example registry', () => {
  it('is less than 60 lines, types and imports included', () => {
    const lines = SERVER.split('\n').filter((line) => line.trim() !== '' && !/^ *\/\*\*/.test(line));
    expect(lines.length).toBeLessThan(60);
  });

  it('has the script with elements', async () => {
    const { status, headers } = await fetch(`${registry.url}/probelog/elements/probelog.js`);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/javascript/);
  });

  it('has its own models searched by what they recognize, in one graph', async () => {
    expect((await publish('cifar', FILE)).errors).toBeUndefined();
    await expect.poll(ingests, { timeout: 120_000, interval: 200 }).toEqual(['SUCCEEDED']);
    const { data, errors } = await ask(`{
      registeredModels { name owner summary
        recognizes(concept: "frog") { score bestLogit { index model { owner } } }
        logits(concept: "airplane", first: 1) { edges { score node { index } } }
        probing { status coverage ingest { state } } }
      models(concept: "truck", first: 1) { edges { node { id owner createdAt recognizes(concept: "truck") { score } } } }
    }`);
    expect(errors).toBeUndefined();
    expect(data.registeredModels).toEqual([
      {
        name: 'cifar',
        owner: 'vision team',
        summary: expect.stringContaining('10 outputs'),
        recognizes: { score: expect.any(Number), bestLogit: { index: 6, model: { owner: 'vision team' } } },
        logits: { edges: [{ score: expect.any(Number), node: { index: 0 } }] },
        probing: { status: 'READY', coverage: 1, ingest: { state: 'SUCCEEDED' } },
      },
    ]);
    expect(data.models.edges[0].node).toMatchObject({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      owner: 'vision team',
      recognizes: { score: expect.any(Number) },
    });
  });

  it('serves probe images below the path of the handler', async () => {
    const { data } = await ask('{ concept(text: "dog") { topProbes(first: 1) { probe { url } } } }');
    const { url } = data.concept.topProbes[0].probe;
    expect(url).toMatch(/^\/probelog\/probes\//);
    const response = await fetch(registry.url + url);
    expect(response.headers.get('content-type')).toMatch(/^image\//);
    expect((await fetch(`${registry.url}/probelog/nothing`)).status).toBe(404);
  });

  it('tells of a file outside its folders with a stable code, and null of a model that was never probed', async () => {
    const { errors } = await publish('passwd', '/etc/passwd');
    expect(errors?.[0].extensions.code).toBe('SOURCE_FORBIDDEN');
    const { data } = await ask(
      '{ registeredModels { name summary probing { status } logits(concept: "dog") { totalCount } } }',
    );
    expect(data.registeredModels[1]).toEqual({ name: 'passwd', summary: null, probing: null, logits: null });
  });

  it('loses no announced model when it ends in the middle', async () => {
    await publish('second', join(DEMO, 'models/mlperf_tiny_resnet.onnx'));
    await registry.close();
    registry = await start();
    await expect.poll(ingests, { timeout: 120_000, interval: 200 }).toEqual(['SUCCEEDED', null, 'SUCCEEDED']);
  });

  it.runIf(requires('postgresql'))('shares its PostgreSQL, each in a schema of its own', async () => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query(
      `SELECT table_schema AS schema, array_agg(table_name::text ORDER BY table_name) AS tables
       FROM information_schema.tables WHERE table_schema IN ('public', 'probelog') GROUP BY 1 ORDER BY 1`,
    );
    await client.end();
    expect(rows[0].schema).toBe('probelog');
    expect(rows[0].tables).toEqual(expect.arrayContaining(['_prisma_migrations', 'logit', 'model']));
    expect(rows[1]).toEqual({ schema: 'public', tables: ['RegisteredModel'] });
  });
});
