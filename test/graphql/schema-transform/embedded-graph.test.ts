import { ApolloServer } from '@apollo/server';
import { print } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { ANONYMOUS, SCOPES } from '../../../src/access/index.js';
import { closePlugin } from '../../../src/embed/close-plugin.js';
import { buildSchema, createContext, embedGraph, type Services } from '../../../src/graphql/index.js';
import type { ModelRecord } from '../../../src/store/index.js';

const MODEL = {
  id: '019390a0-0000-7000-8000-000000000000',
  name: 'a',
  version: '1',
  status: 'PENDING',
  createdAt: new Date(),
};
const asked: string[][] = [];
const store = {
  models: {
    byNameVersions: async (keys: { name: string }[]) => {
      asked.push(keys.map(({ name }) => name));
      return keys.some(({ name }) => name === 'a') ? [MODEL as ModelRecord] : [];
    },
    count: async () => 1,
    page: async () => [MODEL as ModelRecord],
  },
  ingests: {
    page: async () => {
      throw new Error('relation "ingest" does not exist in secret place');
    },
  },
};
const services = {
  store: { as: () => store },
  ingest: { on: () => ({}) },
  uploads: { on: () => ({}) },
  modelUploads: { on: () => ({}) },
  runners: { on: () => ({}) },
  cursorSeal: { seal: () => 'sealed', open: () => null },
} as unknown as Services;
const principal = { ...ANONYMOUS, scopes: SCOPES };
const logged: string[] = [];

async function serve(options: Partial<Parameters<typeof embedGraph>[1]> = {}) {
  const graph = embedGraph(await buildSchema(), {
    prefix: '',
    log: (message) => void logged.push(message),
    ...options,
  });
  const server = new ApolloServer({
    typeDefs: [
      'type Query { versions: [Version!]! } type Version { name: String! version: String! owner: String }',
      graph.typeDefs,
    ],
    resolvers: [
      { Query: { versions: () => ['a', 'b', 'a'].map((name) => ({ name, version: '1', owner: 'me' })) } },
      graph.resolvers,
    ],
    plugins: [closePlugin(graph.queryField, async () => undefined)],
  });
  await server.start();
  return async (
    query: string,
    contextValue: object = { [graph.contextKey]: createContext(services, { principal }) },
  ) => {
    const { body } = await server.executeOperation({ query }, { contextValue });
    return body.kind === 'single' ? JSON.parse(JSON.stringify(body.singleResult)) : undefined;
  };
}

describe('our part of a host’s graph', () => {
  let ask: Awaited<ReturnType<typeof serve>>;
  beforeAll(async () => {
    ask = await serve({
      model: {
        type: 'Version',
        load: async (versions) => versions.map(({ name, version }) => ({ name, version, owner: 'they' })),
      },
    });
  });

  it('adds fields to the host’s type, null for what is not known here, with one look-up', async () => {
    asked.length = 0;
    const { data, errors } = await ask('{ versions { owner summary probing { name status } } }');
    expect(errors).toBeUndefined();
    const known = { owner: 'me', summary: null, probing: { name: 'a', status: 'PENDING' } };
    expect(data.versions).toEqual([known, { owner: 'me', summary: null, probing: null }, known]);
    expect(asked).toEqual([['a', 'b']]);
  });

  it('gives the host’s objects where it finds models', async () => {
    const { data } = await ask('{ models { edges { node { __typename owner } } } }');
    expect(data.models.edges).toEqual([{ node: { __typename: 'Version', owner: 'they' } }]);
  });

  it('says nothing of a fault but its number, in whatever server', async () => {
    const { errors } = await ask('{ ingests { totalCount } }');
    expect(JSON.stringify(errors)).not.toContain('secret place');
    expect(errors[0].extensions).toMatchObject({ code: 'INTERNAL', errorId: expect.any(String) });
    expect(logged.at(-1)).toMatch('request failed with an internal error');
  });

  it('keeps the codes of errors', async () => {
    const { errors } = await ask('{ models(first: -1) { edges { cursor } } }');
    expect(errors[0].extensions).toMatchObject({ code: 'INPUT_INVALID', argument: 'first' });
  });

  it('says what a context lacks', async () => {
    const { errors } = await ask('{ models { edges { cursor } } }', {});
    expect(errors[0]).toMatchObject({
      message: expect.stringContaining('has no "probelog"'),
      extensions: { code: 'CONFIG_INVALID' },
    });
  });
});

describe('a prefix', () => {
  it('is on every type and root field of ours, and on nothing else', async () => {
    const { typeDefs } = embedGraph(await buildSchema(), { prefix: 'Probelog', log: () => undefined });
    const text = print(typeDefs).replace(/"""[\s\S]*?"""/g, '');
    expect(text).toContain('probelogLogits(');
    expect(text).not.toMatch(/\b(Logit|PageInfo|ModelConnection|IngestState|LogitFilter)\b/);
    expect(text).toContain('scalar DateTimeISO');
  });
});

it('leaves object identification and its callers to the host', async () => {
  const own = await buildSchema();
  expect(own.getQueryType()?.getFields().node).toBeDefined();
  const { typeDefs, resolvers } = embedGraph(own, { prefix: 'Probelog', log: () => undefined });
  expect(print(typeDefs)).not.toMatch(/\bnode\(|\bNode\b|ProbelogNode|probelogNode|implements|[vV]iewer/);
  expect(resolvers.Query).not.toHaveProperty('probelogNode');
  expect(resolvers).not.toHaveProperty('ProbelogViewer');
  expect(() => embedGraph(own, { prefix: '', model: { type: 'Node' }, log: () => undefined })).not.toThrow();
});

describe('a host gets', () => {
  it('that its type has a name of ours', async () => {
    const schema = await buildSchema();
    expect(() => embedGraph(schema, { prefix: '', model: { type: 'Logit' }, log: () => undefined })).toThrow(
      'cannot be Logit',
    );
  });

  it('that our part was not merged', async () => {
    const server = new ApolloServer({
      typeDefs: 'type Query { a: Int }',
      plugins: [closePlugin('logits', async () => undefined)],
    });
    await expect(server.start()).rejects.toThrow('has no field logits');
  });
});
