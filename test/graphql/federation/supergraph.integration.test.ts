import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { composeServices } from '@apollo/composition';
import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { parse } from 'graphql';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateSubgraphSdl } from '../../../src/graphql/index.js';
import { type RunningServer, servicesOf, startServer } from '../../../src/server/index.js';
import {
  type Answer,
  DEMO,
  type DemoService,
  ingestDemoModel,
  openDemoService,
} from '../../fixtures/demo-service.js';
import { statementsDuring } from '../../fixtures/statements-during.js';
import { HOST_SDL, startHostSubgraph } from './host-subgraph.js';

const CIFAR = 'cifar10_resnet20';
const TINY = 'mlperf_tiny_resnet';
const MANIFEST: { name: string; preprocessing: object }[] = JSON.parse(
  readFileSync(join(DEMO, 'models/manifest.json'), 'utf8'),
);
const KEYS = {
  prefix: '',
  modelType: 'RegisteredModel',
  modelKey: { name: 'name', version: 'version' },
} as const;

let demo: DemoService;
let ours: RunningServer;
let host: Awaited<ReturnType<typeof startHostSubgraph>>;
let gateway: ApolloServer;

beforeAll(async () => {
  demo = await openDemoService();
  for (const { name, preprocessing } of MANIFEST) {
    if ([CIFAR, TINY].includes(name)) await ingestDemoModel(demo, name, { preprocessing });
  }
  await demo.service.search.settled();
  ours = await startServer({
    host: '127.0.0.1',
    port: 0,
    services: servicesOf(demo.service),
    webhooks: demo.service.webhooks,
    limits: demo.service.config,
    subgraph: KEYS,
    logger: pino({ level: 'silent' }),
  });
  host = await startHostSubgraph([
    { name: CIFAR, version: '1', owner: 'vision team' },
    { name: TINY, version: '1', owner: 'edge team' },
    { name: 'tabular', version: '3', owner: 'risk team' },
  ]);
  const { supergraphSdl, errors } = composeServices([
    { name: 'registry', url: host.url, typeDefs: parse(HOST_SDL) },
    { name: 'probelog', url: `${ours.url}/graphql`, typeDefs: parse(await sdlOf(ours)) },
  ]);
  expect(errors).toBeUndefined();
  gateway = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl: supergraphSdl as string }) });
  await gateway.start();
});
afterAll(async () => {
  await gateway?.stop();
  await host?.close();
  await ours?.close();
  await demo.close();
});

async function post(query: string, variables?: object): Promise<Answer> {
  const response = await fetch(`${ours.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

async function sdlOf(_server: RunningServer): Promise<string> {
  return (await post('{ _service { sdl } }')).data._service.sdl;
}

async function askSupergraph(query: string): Promise<Answer> {
  const { body } = await gateway.executeOperation({ query });
  if (body.kind !== 'single') throw new Error('a stream');
  return JSON.parse(JSON.stringify(body.singleResult));
}

describe('a supergraph of a registry and us', () => {
  it('crosses from the registry to us and back in one operation', async () => {
    const { data, errors } = await askSupergraph(`{
      registeredModels {
        name owner
        probing { status coverage ingest { state } }
        recognises(concept: "airplane") {
          score
          bestLogit { index similar(first: 1) { edges { node { index model { name owner } } } } }
        }
        summary
      }
    }`);
    expect(errors).toBeUndefined();
    const probing = { status: 'READY', coverage: 1, ingest: { state: 'SUCCEEDED' } };
    const recognized = (name: string, owner: string) => ({
      score: expect.any(Number),
      bestLogit: { index: 0, similar: { edges: [{ node: { index: 0, model: { name, owner } } }] } },
    });
    const summary = expect.stringContaining('10 outputs');
    expect(data.registeredModels).toEqual([
      {
        name: CIFAR,
        owner: 'vision team',
        probing,
        recognises: recognized(TINY, 'edge team'),
        summary,
      },
      {
        name: TINY,
        owner: 'edge team',
        probing,
        recognises: recognized(CIFAR, 'vision team'),
        summary,
      },
      { name: 'tabular', owner: 'risk team', probing: null, recognises: null, summary: null },
    ]);
  });

  it('starts with us, too', async () => {
    const { data, errors } = await askSupergraph(
      '{ models(concept: "truck", first: 2) { edges { score node { name version owner } } } }',
    );
    expect(errors).toBeUndefined();
    const owners = data.models.edges.map(({ node }: { node: { owner: string } }) => node.owner);
    expect(owners.sort()).toEqual(['edge team', 'vision team']);
  });
});

describe('_entities', () => {
  const entities = (representations: unknown[], fields: string) =>
    post(`query E($of: [_Any!]!) { _entities(representations: $of) { ${fields} } }`, { of: representations });
  const version = (name: string, number = '1') => ({ __typename: 'RegisteredModel', name, version: number });

  const statements = (act: () => Promise<unknown>) => statementsDuring(demo.service.store, act);

  it('looks up any number of model versions in one statement', async () => {
    const many = [...Array(200)].map((_, index) => version(`unknown ${index}`));
    let answer: Answer | undefined;
    const seen = await statements(async () => {
      answer = await entities(
        [version(CIFAR), ...many, version(TINY), version(CIFAR)],
        '... on RegisteredModel { probing { name status } }',
      );
    });
    const known = (name: string) => ({ probing: { name, status: 'READY' } });
    expect(answer?.data._entities).toEqual([
      known(CIFAR),
      ...many.map(() => null),
      known(TINY),
      known(CIFAR),
    ]);
    expect(seen).toHaveLength(1);
  });

  it('looks up what belongs to them in one statement each', async () => {
    const fields = '... on RegisteredModel { probing { coverage ingest { state } probeSet { name } } }';
    const seen = await statements(() => entities([version(CIFAR), version(TINY)], fields));
    expect(seen).toHaveLength(4);
  });

  it('finds logits and concepts', async () => {
    const { data } = await post('{ logits(concept: "airplane", first: 3) { edges { node { id index } } } }');
    const nodes: { id: string; index: number }[] = data.logits.edges.map(
      ({ node }: { node: object }) => node,
    );
    const references = nodes.map(({ id }) => ({ __typename: 'Logit', id }));
    let answer: Answer | undefined;
    const seen = await statements(async () => {
      answer = await entities(
        [...references, { __typename: 'Concept', text: ' dog ' }, { __typename: 'Concept', text: 'cat' }],
        '... on Logit { index } ... on Concept { text }',
      );
    });
    expect(answer?.data._entities).toEqual([
      ...nodes.map(({ index }) => ({ index })),
      { text: 'dog' },
      { text: 'cat' },
    ]);
    // The logits; the default probe set is remembered.
    expect(seen).toHaveLength(1);
  });

  it.each([
    [[{ __typename: 'Ingest', id: 'x' }], 'INPUT_INVALID'],
    [[{ __typename: '__proto__' }], 'INPUT_INVALID'],
    [['nonsense'], 'INPUT_INVALID'],
    [[{ __typename: 'RegisteredModel' }], 'INPUT_INVALID'],
    [[{ __typename: 'RegisteredModel', name: { contains: '' }, version: '1' }], 'INPUT_INVALID'],
    [[version("'; DROP TABLE model; --\0")], 'INPUT_INVALID'],
    [[{ __typename: 'Logit', id: 7 }], 'INPUT_INVALID'],
    [[{ __typename: 'Logit', id: 'nonsense' }], 'ID_INVALID'],
    [[{ __typename: 'Concept', text: '' }], 'CONCEPT_EMPTY'],
    [[...Array(1_001)].map(() => version(CIFAR)), 'INPUT_INVALID'],
  ])('refuses %.80j', async (references, code) => {
    const { errors } = await entities(references, '__typename');
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
  });
});

describe('the subgraph', () => {
  it('composes under the default key, a key of one name, and a prefix', async () => {
    const hostOf = (key: string, fields: string) =>
      `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
       type Query { logits: [String!]!, all: [Model!]! }
       type Model @key(fields: "${key}") { ${fields} owner: String! }`;
    const composed = async (hosted: string, options: Partial<Parameters<typeof generateSubgraphSdl>[0]>) =>
      composeServices([
        { name: 'registry', typeDefs: parse(hosted) },
        {
          name: 'probelog',
          typeDefs: parse(
            await generateSubgraphSdl({
              prefix: 'Probelog',
              modelType: 'Model',
              modelKey: { id: 'id' },
              ...options,
            }),
          ),
        },
      ]).errors?.map(({ message }) => message);
    expect(await composed(hostOf('id', 'id: ID!'), {})).toBeUndefined();
    expect(await composed(hostOf('name', 'name: String!'), { modelKey: { name: 'name' } })).toBeUndefined();
    expect(
      await composed(hostOf('modelId', 'modelId: ID!'), { modelKey: { modelId: 'name' } }),
    ).toBeUndefined();
    expect(await composed(hostOf('id', 'id: ID!'), { prefix: '' })).toEqual([
      expect.stringContaining('Query.logits'),
      expect.anything(),
    ]);
  });
});
