import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO, type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { statementsDuring } from '../fixtures/statements-during.js';

let demo: DemoService;
let imagenet: Awaited<ReturnType<typeof ingestDemoModel>>;
const labels = (name: string) =>
  JSON.parse(readFileSync(join(DEMO, 'models', `${name}.labels.json`), 'utf8'));

beforeAll(async () => {
  demo = await openDemoService();
  const preprocessing = { size: 160, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channelOrder: 'RGB' };
  const name = 'mobilenet_v1_0.5_160';
  imagenet = await ingestDemoModel(demo, name, { labels: labels(name), preprocessing });
  await ingestDemoModel(demo, 'cifar10_resnet20', { labels: labels('cifar10_resnet20') });
  await demo.service.search.settled();
});
afterAll(() => demo.close());

const codes = async (query: string) =>
  (await demo.ask(query)).errors?.map(({ extensions }) => extensions.code);

describe('logits(concept)', () => {
  it('answers "dog" with dogs and "cat" with cats', async () => {
    const { data } = await demo.ask(`{
      dog: logits(concept: "dog", first: 5) { edges { node { label } } }
      cat: logits(concept: "cat", first: 3) { edges { node { label } } }
    }`);
    const found = (edges: { node: { label: string } }[]) => edges.map(({ node }) => node.label).join('; ');
    expect(found(data.dog.edges)).toMatch(/(terrier.*){3}/);
    expect(found(data.cat.edges)).toMatch(/(cat.*){3}/i);
  });

  it('gives a model the score and confidence that its best logit has among all', async () => {
    const match = 'score distance confidence expectedAccuracy';
    for (const concept of ['dog', 'frog', 'sports car']) {
      const { data } = await demo.ask(
        `query ($concept: String!) {
          logits(concept: $concept, first: 1) { edges { ${match} node { id model { recognizes(concept: $concept) {
            ${match} bestLogit { id } } } } } } }`,
        { concept },
      );
      const [{ node, ...best }] = data.logits.edges;
      expect(node.model.recognizes).toEqual({ ...best, bestLogit: { id: node.id } });
    }
  });

  it('pages through all logits, each once', async () => {
    const seen = new Set<string>();
    let after: string | null = null;
    for (let page = 0; page < 20; page++) {
      const { data } = await demo.ask(
        'query Page($after: String) { logits(concept: "boat", first: 100, after: $after) { pageInfo { hasNextPage endCursor } edges { node { id } } } }',
        { after },
      );
      for (const { node } of data.logits.edges) seen.add(node.id);
      if (!data.logits.pageInfo.hasNextPage) break;
      after = data.logits.pageInfo.endCursor;
    }
    expect(seen.size).toBe(1_011);
  });

  it('keeps to filters, and orders by the paper’s distance when asked to', async () => {
    const { data } = await demo.ask(
      `query Filtered($filter: LogitFilter) {
        logits(concept: "frog", filter: $filter) { totalCount edges { node { label } } }
        paper: logits(concept: "frog", metric: ASYMMETRIC) { edges { distance } }
      }`,
      { filter: { modelText: 'CIFAR10_' } },
    );
    expect(data.logits.totalCount).toBe(10);
    expect(data.logits.edges[0].node.label).toBe('frog');
    const distances = data.paper.edges.map(({ distance }: { distance: number }) => distance);
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
  });
});

describe('the graph around a logit', () => {
  it('holds its model, its ingest, the probes it answers to and what is similar', async () => {
    const { data, errors } = await demo.ask(`{
      logits(concept: "airplane", first: 1, filter: { modelText: "cifar" }) { edges { node {
        id label index status coverage completionError
        model { name version coverage ingest { state progress { done total } } }
        topProbes(first: 3) { response standardized standardised probe { url position } }
        bottomProbes(first: 1) { standardized }
        similar(first: 3) { edges { score distance node { label model { name } } } }
      } } }
    }`);
    expect(errors).toBeUndefined();
    const { node } = data.logits.edges[0];
    expect(node).toMatchObject({
      label: 'airplane',
      status: 'SEARCHABLE',
      coverage: 1,
      completionError: null,
      model: {
        name: 'cifar10_resnet20',
        coverage: 1,
        ingest: { state: 'SUCCEEDED', progress: { done: 480, total: 480 } },
      },
    });
    for (const { standardized, standardised } of node.topProbes) expect(standardised).toBe(standardized);
    expect(node.topProbes[0].standardized).toBeGreaterThan(node.topProbes[2].standardized);
    expect(node.bottomProbes[0].standardized).toBeLessThan(0);
    expect(
      node.similar.edges.every(
        (edge: { node: { model: { name: string } } }) => edge.node.model.name !== 'cifar10_resnet20',
      ),
    ).toBe(true);
    const again = await demo.ask('query One($id: ID!) { logit(id: $id) { label } }', { id: node.id });
    expect(again.data.logit.label).toBe('airplane');
  });

  it('costs a few statements, however many logits are listed', async () => {
    const query = `{ logits(concept: "car", first: 50) { edges { node {
      label model { name ingest { state } probeSet { name } } topProbes(first: 3) { probe { url } }
    } } } }`;
    const statements = await statementsDuring(demo.service.store, () => demo.ask(query));
    expect(statements.length).toBeLessThanOrEqual(10);
  });
});

describe('models', () => {
  it('are ranked by a concept, or listed by text', async () => {
    const { data } = await demo.ask(`{
      ranked: models(concept: "terrier") { edges { score bestLogit { label } node { name } } }
      listed: models(text: "CIFAR10_") { totalCount edges { node { name outputs responseKind preprocessing notes } } }
    }`);
    expect(data.ranked.edges[0].node.name).toBe('mobilenet_v1_0.5_160');
    expect(data.ranked.edges[0].bestLogit.label).toMatch(/terrier/);
    expect(data.listed).toMatchObject({
      totalCount: 1,
      edges: [{ node: { outputs: 10, responseKind: 'LOGITS' } }],
    });
  });

  it('tell how well they recognize a concept, and what probing made of them', async () => {
    const { data, errors } = await demo.ask(
      `query Model($id: ID!) { model(id: $id) {
        recognises(concept: "terrier") { score distance confidence bestLogit { label } }
        logits(concept: "terrier", first: 1) { edges { score distance confidence node { label } } }
        probing { id name version status outputs coverage probeSet { name } ingest { state } }
      } }`,
      { id: imagenet.modelId },
    );
    expect(errors).toBeUndefined();
    const [{ node, ...match }] = data.model.logits.edges;
    expect(data.model.recognises).toEqual({ ...match, bestLogit: node });
    expect(data.model.probing).toEqual({
      id: imagenet.modelId,
      name: 'mobilenet_v1_0.5_160',
      version: '1',
      status: 'READY',
      outputs: 1_001,
      coverage: 1,
      probeSet: { name: 'demo' },
      ingest: { state: 'SUCCEEDED' },
    });
  });

  it('list their logits in output order, or by a concept', async () => {
    const { data } = await demo.ask(
      `query Model($id: ID!) { model(id: $id) {
        logits(first: 2) { totalCount edges { node { index } score } }
        dogs: logits(first: 2, concept: "dog") { edges { node { label } score } }
      } }`,
      { id: imagenet.modelId },
    );
    expect(data.model.logits.totalCount).toBe(1_001);
    expect(data.model.logits.edges.map((edge: { node: { index: number } }) => edge.node.index)).toEqual([
      0, 1,
    ]);
    expect(data.model.dogs.edges[0].score).toBeGreaterThan(0.3);
  });
});

describe('other queries', () => {
  it('tell of the gallery, the probe sets and a concept’s probes', async () => {
    const { data } = await demo.ask(`{
      gallery { models logits degenerate coverage index { kind rank rebuilding } probeSet { name } }
      probeSets { name size }
      concept(text: "  dog ") { text topProbes(first: 4) { cosine probe { url } } }
    }`);
    expect(data.gallery).toMatchObject({
      models: 2,
      logits: 1_011,
      probeSet: { name: 'demo' },
      index: { kind: 'EXACT' },
    });
    expect(data.probeSets).toEqual([{ name: 'demo', size: 480 }]);
    expect(data.concept.text).toBe('dog');
    const { data: none } = await demo.ask(
      '{ concept(text: "dog") { logits(first: 0) { edges { score } } } }',
    );
    expect(none.concept.logits.edges).toEqual([]);
  });
});

describe('mutations', () => {
  it('refuse a second ingest of the same version', async () => {
    const input = {
      name: 'cifar10_resnet20',
      version: '1',
      source: join(DEMO, 'models/cifar10_resnet20.onnx'),
    };
    const { errors } = await demo.ask(
      'mutation M($input: IngestModelInput!) { ingestModel(input: $input) { id } }',
      { input },
    );
    expect(errors?.[0].extensions).toMatchObject({ code: 'MODEL_EXISTS', name: 'cifar10_resnet20' });
  });

  it('register, probe again and remove a model, visible at once', async () => {
    const added = await ingestDemoModel(demo, 'mlperf_tiny_resnet', { version: '2' });
    expect(added.state).toBe('SUCCEEDED');
    const count = async () => (await demo.ask('{ gallery { logits } }')).data.gallery.logits;
    expect(await count()).toBe(1_021);
    const { data } = await demo.ask('mutation R($id: ID!) { reprobeModel(id: $id) { id state } }', {
      id: added.modelId,
    });
    const key = Buffer.from(data.reprobeModel.id, 'base64url').toString().split(':')[1];
    const states: string[] = [];
    for await (const { state } of demo.service.ingest.watch(key)) states.push(state);
    expect(states.at(-1)).toBe('SUCCEEDED');
    expect(await count()).toBe(1_021);
    const remove = 'mutation D($id: ID!) { removeModel(id: $id) }';
    expect((await demo.ask(remove, { id: added.modelId })).data.removeModel).toBe(true);
    expect((await demo.ask(remove, { id: added.modelId })).data.removeModel).toBe(false);
    expect(await count()).toBe(1_011);
  });

  it('change labels, when there is one for each output', async () => {
    const models = await demo.ask('{ models(text: "cifar10_resnet20") { edges { node { id } } } }');
    const { id } = models.data.models.edges[0].node;
    const set =
      'mutation S($id: ID!, $labels: [String!]) { setLabels(id: $id, labels: $labels) { logits(first: 1) { edges { node { label } } } } }';
    const wrong = await demo.ask(set, { id, labels: ['one'] });
    expect(wrong.errors?.[0].extensions).toMatchObject({ code: 'MODEL_LABELS_MISMATCH', outputs: 10 });
    const right = await demo.ask(set, { id, labels: labels('cifar10_resnet20') });
    expect(right.data.setLabels.logits.edges[0].node.label).toBe('airplane');
  });
});

describe('bad input', () => {
  it.each([
    ['{ logits(concept: "") { totalCount } }', 'CONCEPT_EMPTY'],
    [`{ logits(concept: "${'x'.repeat(10_000)}") { totalCount } }`, 'CONCEPT_TOO_LONG'],
    ['{ logits(concept: "x", first: -1) { totalCount } }', 'INPUT_INVALID'],
    ['{ logits(concept: "x", first: 100000) { totalCount } }', 'INPUT_INVALID'],
    ['{ models(first: -1) { totalCount } }', 'INPUT_INVALID'],
    ['{ logits(concept: "x", after: "forged") { totalCount } }', 'CURSOR_INVALID'],
    ['{ logits(concept: "x", after: "WyJhIiwxXQ") { totalCount } }', 'CURSOR_INVALID'],
    ['{ models(after: "W10") { totalCount } }', 'CURSOR_INVALID'],
    ['{ logits(concept: "x", probeSet: "nonsense") { totalCount } }', 'ID_INVALID'],
    ['{ model(id: "bm9uc2Vuc2U") { name } }', 'ID_INVALID'],
    ['{ nothing }', 'GRAPHQL_VALIDATION_FAILED'],
    ['{', 'GRAPHQL_PARSE_FAILED'],
    [
      'mutation { ingestModel(input: { name: "a", version: "1", source: "file:///etc/passwd" }) { id } }',
      'SOURCE_FORBIDDEN',
    ],
    [
      'mutation { ingestModel(input: { name: "a", version: "1", source: "/nowhere.onnx" }) { id } }',
      'SOURCE_NOT_FOUND',
    ],
    ['mutation { ingestModel(input: { name: " ", version: "1", source: "/x" }) { id } }', 'INPUT_INVALID'],
  ])('%.90s → %s', async (query, code) => {
    expect(await codes(query)).toEqual([code]);
  });

  it('is a cursor of another query', async () => {
    const { data } = await demo.ask('{ logits(concept: "dog", first: 1) { pageInfo { endCursor } } }');
    const cursor = data.logits.pageInfo.endCursor;
    expect(await codes(`{ logits(concept: "cat", after: "${cursor}") { totalCount } }`)).toEqual([
      'CURSOR_INVALID',
    ]);
    expect(await codes(`{ logits(concept: "dog", after: "${cursor}") { totalCount } }`)).toBeUndefined();
  });

  it('is the id of a probe set that does not exist', async () => {
    const id = Buffer.from('ProbeSet:00000000-0000-7000-8000-000000000000').toString('base64url');
    expect(await codes(`{ logits(concept: "x", probeSet: "${id}") { totalCount } }`)).toEqual([
      'PROBE_SET_UNKNOWN',
    ]);
    const model = Buffer.from('Model:00000000-0000-7000-8000-000000000000').toString('base64url');
    expect((await demo.ask(`{ model(id: "${model}") { name } }`)).data.model).toBeNull();
  });
});
