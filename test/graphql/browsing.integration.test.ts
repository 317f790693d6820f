import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.js';
import { openSmallServer, type SmallServer } from '../server/support/small-server.js';

const FACETS = `facets { registry { value count } license { value count } outputs { min max count }
  fileBytes { min max count } status { status count } }`;

let small: SmallServer;
let keys: { outsider: string; insider: string; admin: string };
beforeAll(async () => {
  small = await openSmallServer();
  const register = async (
    name: string,
    license: string | null,
    registry: string | null,
    visibility?: string,
  ) => {
    const input = { name, version: '1', license, registry, visibility };
    await small.ask('mutation M($input: RegisterModelInput!) { registerModel(input: $input) { id } }', {
      input,
    });
  };
  await small.model('b', { registry: 'hub' });
  await small.model('a');
  await small.model('hidden', { visibility: 'team-a', registry: 'hub' });
  await register('d', 'MIT', 'hub');
  await register('c', 'mit', 'mlflow');
  await register('secret', 'Secret-1.0', 'vault', 'team-a');
  keys = {
    outsider: await small.key(['READ', 'INGEST']),
    insider: await small.key(['READ'], { labels: ['team-a'] }),
    admin: await small.key(['ADMIN']),
  };
});
afterAll(() => small.close());

const asked = async (query: string, key = keys.outsider) => {
  const { data, errors } = await small.ask(query, {}, key);
  expect(errors).toBeUndefined();
  return data;
};
const names = async (args: string) => {
  const { models } = await asked(`{ models(${args}) { edges { node { name } } } }`);
  return models.edges.map(({ node }: { node: { name: string } }) => node.name);
};

describe('models without a concept', () => {
  it('come in the order that the caller wants', async () => {
    expect(await names('first: 9')).toEqual(['b', 'a', 'd', 'c']);
    expect(await names('sort: NEWEST')).toEqual(['c', 'd', 'a', 'b']);
    expect(await names('sort: NAME')).toEqual(['a', 'b', 'c', 'd']);
    expect((await names('sort: OUTPUTS')).slice(0, 2).sort()).toEqual(['a', 'b']);
    expect((await names('sort: SIZE')).slice(0, 2).sort()).toEqual(['a', 'b']);
  });

  it('are narrowed as with a concept', async () => {
    const narrow = 'matching: { registries: ["hub", ""], minClasses: 2 }';
    expect(await names(narrow)).toEqual(['b', 'a']);
    expect((await names(`concept: "color", ${narrow}`)).sort()).toEqual(['a', 'b']);
    expect(await names('matching: { licenses: ["MIT"] }, filter: { status: PENDING }')).toEqual(['d', 'c']);
    const { models } = await asked('{ models(filter: { name: "b" }) { edges { node { id } } } }');
    expect(await names(`matching: { excludeModels: ["${models.edges[0].node.id}"] }`)).toEqual([
      'a',
      'd',
      'c',
    ]);
    expect(await names(`matching: { models: ["${models.edges[0].node.id}"] }`)).toEqual(['b']);
  });

  it('come page by page in any order, and a cursor belongs to its order', async () => {
    const client = createClient({ url: small.server.url, key: keys.outsider });
    const listed: string[] = [];
    for await (const { node } of client.models({ sort: 'OUTPUTS', perPage: 1 })) listed.push(node.name);
    expect(listed.sort()).toEqual(['a', 'b', 'c', 'd']);
    const { models } = await asked('{ models(sort: NAME, first: 1) { pageInfo { endCursor } } }');
    const { errors } = await small.ask(
      'query Q($after: String) { models(sort: SIZE, after: $after) { totalCount } }',
      { after: models.pageInfo.endCursor },
      keys.outsider,
    );
    expect(errors?.[0].extensions.code).toBe('CURSOR_INVALID');
  });
});

describe('facets', () => {
  it('count the models that the caller sees', async () => {
    const { models } = await asked(`{ models { totalCount ${FACETS} } }`);
    expect(models.totalCount).toBe(4);
    expect(models.facets).toMatchObject({
      registry: [
        { value: 'hub', count: 2 },
        { value: 'mlflow', count: 1 },
        { value: null, count: 1 },
      ],
      status: expect.arrayContaining([
        { status: 'READY', count: 2 },
        { status: 'PENDING', count: 2 },
      ]),
    });
    expect(JSON.stringify(models.facets.license)).toMatch(/MIT.*2|mit.*2/i);
    expect(models.facets.outputs.at(-1)).toEqual({ min: null, max: null, count: 2 });
    const seen = await asked(`{ models { ${FACETS} } }`, keys.insider);
    expect(seen.models.facets.registry[0]).toEqual({ value: 'hub', count: 3 });
  });

  it('obey filters, and leave out their own', async () => {
    const { models } = await asked(`{ models(matching: { registry: "hub" }) { totalCount ${FACETS} } }`);
    expect(models.totalCount).toBe(2);
    expect(models.facets.registry).toHaveLength(3);
    expect(models.facets.license).toEqual([
      { value: 'MIT', count: 1 },
      { value: null, count: 1 },
    ]);
  });

  it('of a search count what it can find, unless that is not known', async () => {
    const { found, sure } = await asked(`{
      found: models(concept: "color", first: 1) { totalCount facets { registry { value count } } }
      sure: models(concept: "color", matching: { minConfidence: 0.1 }) { totalCount facets { registry { count } } } }`);
    expect(found).toEqual({
      totalCount: 2,
      facets: {
        registry: [
          { value: 'hub', count: 1 },
          { value: null, count: 1 },
        ],
      },
    });
    expect(sure).toEqual({ totalCount: null, facets: null });
  });

  it('are a call of the client', async () => {
    const client = createClient({ url: small.server.url, key: keys.outsider });
    const counts = await client.countModels({ filter: { status: 'READY' } });
    expect(counts.totalCount).toBe(2);
    expect(counts.facets?.status).toHaveLength(2);
  });
});

it('ingests and keys are counted', async () => {
  const { ingests, failed } = await asked(
    '{ ingests(first: 1) { totalCount } failed: ingests(status: FAILED) { totalCount } }',
  );
  expect([ingests.totalCount, failed.totalCount]).toEqual([2, 0]);
  expect((await asked('{ apiKeys(first: 1) { totalCount } }', keys.admin)).apiKeys.totalCount).toBe(3);
});
