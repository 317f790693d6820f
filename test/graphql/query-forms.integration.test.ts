import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO, type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';

let demo: DemoService;
const labels = (name: string) =>
  JSON.parse(readFileSync(join(DEMO, 'models', `${name}.labels.json`), 'utf8'));

beforeAll(async () => {
  demo = await openDemoService();
  const preprocessing = { size: 160, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], channelOrder: 'RGB' };
  const name = 'mobilenet_v1_0.5_160';
  await ingestDemoModel(demo, name, { labels: labels(name), preprocessing, licence: 'Apache-2.0' });
  await ingestDemoModel(demo, 'cifar10_resnet20', { labels: labels('cifar10_resnet20') });
  await demo.service.search.settled();
});
afterAll(() => demo.close());

const labelsOf = async (question: string, first = 5): Promise<string[]> => {
  const { data, errors } = await demo.ask(
    `{ logits(${question}, first: ${first}) { edges { node { label } } } }`,
  );
  expect(errors).toBeUndefined();
  return data.logits.edges.map(({ node }: { node: { label: string } }) => node.label);
};
const refusal = async (query: string) => {
  const { errors } = await demo.ask(query);
  return { code: errors?.[0].extensions.code, message: errors?.[0].message };
};

describe('an expression', () => {
  it('of any finds what either finds', async () => {
    const found = await labelsOf('expression: { any: ["dog", "cat"] }', 30);
    expect(found.join()).toMatch(/terrier/);
    expect(found.join()).toMatch(/cat/);
  });

  it('of none pushes back what is not wanted', async () => {
    const all = await labelsOf('concept: "dog"', 5);
    const without = await labelsOf('expression: { all: ["dog"], none: ["terrier"] }', 5);
    expect(all.join()).toMatch(/terrier/);
    expect(without.filter((label) => label.includes('terrier')).length).toBeLessThan(
      all.filter((label) => label.includes('terrier')).length,
    );
  });

  it('pages on, and its cursor is good for no other', async () => {
    const page = (question: string, after = 'null') =>
      demo.ask(
        `{ logits(${question}, first: 3, after: ${after}) { pageInfo { endCursor } edges { node { id } } } }`,
      );
    const question = 'expression: { any: ["dog", "cat"] }';
    const first = await page(question);
    const cursor = JSON.stringify(first.data.logits.pageInfo.endCursor);
    const second = await page(question, cursor);
    const ids = [...first.data.logits.edges, ...second.data.logits.edges].map(({ node }) => node.id);
    expect(new Set(ids).size).toBe(6);
    expect((await page('expression: { any: ["dog"] }', cursor)).errors?.[0].extensions.code).toBe(
      'CURSOR_INVALID',
    );
  });

  it('of none is refused where it could not be kept to', async () => {
    const question = 'expression: { any: ["dog"], none: ["cat"] }, metric: ASYMMETRIC';
    expect(await refusal(`{ logits(${question}) { totalCount } }`)).toEqual({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('none'),
    });
    expect(await labelsOf('expression: { any: ["dog"], none: [] }, metric: ASYMMETRIC')).toHaveLength(5);
  });

  it.each([
    ['nothing', '{ none: ["dog"] }'],
    ['more than 20 concepts', `{ any: ${JSON.stringify(Array(21).fill('dog'))} }`],
  ])('of %s is refused', async (_, expression) => {
    expect(await refusal(`{ logits(expression: ${expression}) { totalCount } }`)).toMatchObject({
      code: 'INPUT_INVALID',
    });
  });
});

describe('a picture', () => {
  const ask = (image: string) =>
    demo.ask(
      'query Q($image: String) { logits(image: $image, first: 5) { edges { node { label } evidence(first: 1) { probe { position } query } } } }',
      { image },
    );

  it('finds what responds to the probes that are like it', async () => {
    const { data } = await ask(await probeShowing('leopard'));
    const found = data.logits.edges.map(({ node }: { node: { label: string } }) => node.label).join();
    expect(found).toMatch(/leopard|jaguar|cheetah/);
  });

  it('that is none is refused', async () => {
    for (const image of ['?', '', Buffer.from('no picture').toString('base64')]) {
      const { errors } = await ask(image);
      expect(errors?.[0].extensions.code).toMatch(/INPUT_INVALID|PROBE_IMAGE_INVALID/);
      expect(errors?.[0].message).toMatch(/^The (image|picture) is not/);
      expect(errors?.[0].message).not.toMatch(/probe|source/i);
    }
  });

  it('of too many pixels is refused before it is decoded', async () => {
    const large = await sharp({ create: { width: 6_000, height: 6_000, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const { errors } = await ask(large.toString('base64'));
    expect(errors?.[0]).toMatchObject({ extensions: { code: 'PROBE_IMAGE_INVALID' } });
  });
});

it('exactly one form of question must be given', async () => {
  expect(await refusal('{ logits { totalCount } }')).toMatchObject({ code: 'INPUT_INVALID' });
  expect(
    await refusal('{ logits(concept: "dog", expression: { any: ["cat"] }) { totalCount } }'),
  ).toMatchObject({ code: 'INPUT_INVALID' });
});

describe('a filter', () => {
  const count = async (filter: string) => {
    const { data, errors } = await demo.ask(`{ logits(concept: "dog", filter: ${filter}) { totalCount } }`);
    expect(errors).toBeUndefined();
    return data.logits.totalCount;
  };

  it.each([
    ['{ modelName: "CIFAR" }', 10],
    ['{ modelName: "Leonberg" }', 0],
    ['{ licences: ["apache-2.0", "MIT"] }', 1001],
    ['{ licences: ["apache_2.0"] }', 0],
    ['{ registry: "nowhere" }', 0],
    ['{ maxClasses: 100 }', 10],
    ['{ minClasses: 100 }', 1001],
    ['{ minClasses: 5, maxClasses: 2000, minCoverage: 1 }', 1011],
    ['{ maxFileBytes: 2000000 }', 10],
  ])('%s leaves %i logits', async (filter, logits) => {
    expect(await count(filter)).toBe(logits);
  });

  it.each([
    '{ minClasses: -1 }',
    '{ minCoverage: 2 }',
    '{ modelName: " " }',
    '{ minClasses: 9, maxClasses: 3 }',
  ])('%s is refused with what would be right', async (filter) => {
    const { code, message } = await refusal(`{ logits(concept: "dog", filter: ${filter}) { totalCount } }`);
    expect(code).toBe('INPUT_INVALID');
    expect(message).toMatch(/The filter's \w+ /);
  });

  it('by expected accuracy leaves out what is expected to be less accurate, and does not count the rest', async () => {
    const { data } = await demo.ask(`{
      all: logits(concept: "dog", first: 50) { totalCount edges { expectedAccuracy expectedAccuracyReason } }
      good: logits(concept: "dog", first: 50, filter: { minExpectedAccuracy: 0.9 }) { totalCount edges { expectedAccuracy } }
      models(concept: "dog", matching: { minExpectedAccuracy: 0.9 }) { totalCount }
    }`);
    expect([data.all.totalCount, data.good.totalCount, data.models.totalCount]).toEqual([1011, null, null]);
    expect(data.all.edges[0].expectedAccuracyReason).toBeNull();
    const accuracies = (edges: { expectedAccuracy: number }[]) => edges.map((edge) => edge.expectedAccuracy);
    expect(Math.min(...accuracies(data.all.edges))).toBeLessThan(0.9);
    expect(Math.min(...accuracies(data.good.edges))).toBeGreaterThanOrEqual(0.9);
  });

  it('by registry finds what was registered from there', async () => {
    await ingestDemoModel(demo, 'mlperf_vww_96', { registry: 'mlflow' });
    const { data } = await demo.ask(
      '{ logits(concept: "person", filter: { registry: "mlflow" }) { totalCount edges { node { model { name registry } } } } }',
    );
    expect(data.logits.totalCount).toBe(2);
    expect(data.logits.edges[0].node.model).toEqual({ name: 'mlperf_vww_96', registry: 'mlflow' });
  });

  it('by expected accuracy admits nothing of which none is known, not even from 0 on', async () => {
    const { data } = await demo.ask(`{
      all: logits(concept: "person", filter: { modelName: "vww" }) { edges { expectedAccuracy expectedAccuracyReason } }
      known: logits(concept: "person", filter: { modelName: "vww", minExpectedAccuracy: 0 }) { edges { cursor } }
      listed: models(first: 1) { edges { expectedAccuracy expectedAccuracyReason } }
    }`);
    const unknown = { expectedAccuracy: null, expectedAccuracyReason: 'TOO_FEW_OUTPUTS' };
    expect(data.all.edges).toEqual([unknown, unknown]);
    expect(data.known.edges).toEqual([]);
    expect(data.listed.edges).toEqual([{ expectedAccuracy: null, expectedAccuracyReason: 'NO_CONCEPT' }]);
  });

  it('narrows models, too', async () => {
    const { data } = await demo.ask(
      '{ models(concept: "dog", matching: { maxClasses: 100, minClasses: 3 }) { edges { node { name licence registry } } } }',
    );
    expect(data.models.edges).toEqual([
      { node: { name: 'cifar10_resnet20', licence: null, registry: null } },
    ]);
  });
});

describe('models(matching)', () => {
  const found = async (args: string) => {
    const { data, errors } = await demo.ask(`{ models(${args}) { edges { node { name } } } }`);
    expect(errors).toBeUndefined();
    return data.models.edges.map(({ node }: { node: { name: string } }) => node.name);
  };

  it('applies its own text, as text does', async () => {
    expect(await found('concept: "dog", matching: { modelText: "CIFAR" }')).toEqual(['cifar10_resnet20']);
    expect(await found('concept: "dog", text: "CIFAR"')).toEqual(['cifar10_resnet20']);
    expect(await found('concept: "dog", text: "CIFAR", matching: { minClasses: 11 }')).toEqual([]);
    expect(await found('concept: "dog", filter: { status: FAILED }')).toEqual([]);
  });

  it.each([
    ['concept: "dog", text: "a", matching: { modelText: "b" }', /^text and matching\.modelText/],
    ['concept: "dog", text: " "', /^The argument text must have/],
    ['concept: "dog", matching: { modelText: " " }', /^The field modelText of matching must have/],
    ['matching: { minConfidence: 0.5 }', /^matching\.minConfidence .* give concept or concepts/],
    ['text: "a", matching: { modelText: "b" }', /^text and matching\.modelText/],
    ['matching: { minFileBytes: 2, maxFileBytes: 1 }', /nothing can match/],
    ['concept: "dog", sort: NAME', /Leave out sort/],
    ['concept: "", concepts: ["dog"]', /^Give concept or concepts, not both/],
  ])('refuses %s', async (args, message) => {
    expect(await refusal(`{ models(${args}) { totalCount } }`)).toEqual({
      code: 'INPUT_INVALID',
      message: expect.stringMatching(message),
    });
  });
});

describe('answers', () => {
  it('carry a confidence that tells what is known from what is not', async () => {
    const { data } = await demo.ask(`{
      known: logits(concept: "great white shark", first: 1) { edges { confidence } }
      unknown: logits(concept: "tax declaration", first: 1) { edges { confidence } }
    }`);
    const [known, unknown] = [data.known, data.unknown].map(({ edges }) => edges[0].confidence);
    expect(known).toBeGreaterThan(unknown);
    expect(unknown).toBeLessThan(0.5);
  });

  it('say how well the gallery answers, and why not better', async () => {
    const { data } = await demo.ask(`{
      known: logits(concept: "great white shark", first: 1) { fit reason }
      unknown: logits(concept: "stock price chart", first: 1) { fit reason }
      byModel: models(concept: "stock price chart") { fit reason edges { node { recognizes(concept: "stock price chart") { fit reason } } } }
      listed: models { fit reason }
      certain: logits(concept: "stock price chart", filter: { minConfidence: 0.9 }) { fit totalCount edges { score } pageInfo { hasNextPage } }
    }`);
    expect(data.known.fit).not.toBe('NOT_REPRESENTED');
    expect(data.unknown).toEqual({ fit: 'NOT_REPRESENTED', reason: expect.any(String) });
    expect(data.byModel).toMatchObject(data.unknown);
    const [{ node }] = data.byModel.edges;
    expect(node.recognizes.fit).toBe('NOT_REPRESENTED');
    expect(data.listed).toEqual({ fit: null, reason: null });
    expect(data.certain).toEqual({
      fit: 'NOT_REPRESENTED',
      totalCount: null,
      edges: [],
      pageInfo: { hasNextPage: false },
    });
  });

  it('give a logit one score and one confidence, found by itself or for its model', async () => {
    const { data } = await demo.ask(`{
      logits(concept: "leopard", first: 100) { edges { score confidence node { id model { id } } } }
      models(concept: "leopard") { edges { score confidence bestLogit { id } node { id } } }
    }`);
    const [model] = data.models.edges;
    const best = data.logits.edges.find(
      (edge: { node: { id: string } }) => edge.node.id === model.bestLogit.id,
    );
    expect(best).toMatchObject({ score: model.score, confidence: model.confidence });
    expect(data.logits.edges[0].node.model.id).toBe(model.node.id);
  });

  it('to an expression show the probes of the concept that decided', async () => {
    const shown = async (question: string, label: string) => {
      const { data } = await demo.ask(
        `{ logits(${question}, first: 60) { edges { node { label } evidence(first: 3) { query probe { position } } } } }`,
      );
      const edge = data.logits.edges.find((one: { node: { label: string } }) =>
        one.node.label.includes(label),
      );
      return edge?.evidence;
    };
    const tabby = await shown('concept: "cat"', 'tabby');
    expect(tabby).toHaveLength(3);
    expect(await shown('expression: { any: ["cat", "umbrella"] }', 'tabby')).toEqual(tabby);
  });

  it('to a logit show the probes that both respond to', async () => {
    const { data } =
      await demo.ask(`{ logits(concept: "airplane", first: 1, filter: { modelName: "cifar" }) { edges { node {
      topProbes(first: 20) { probe { position } }
      similar(first: 1) { edges { evidence(first: 2) { query response contribution probe { position } } } } } } } }`);
    const [{ node }] = data.logits.edges;
    const [{ evidence }] = node.similar.edges;
    expect(evidence).toHaveLength(2);
    for (const { query, response, contribution } of evidence) {
      expect(query).toBeGreaterThan(0);
      expect(contribution).toBeCloseTo((query * response) / 480, 5);
    }
    const top = node.topProbes.map(({ probe }: { probe: { position: number } }) => probe.position);
    expect(top).toContain(evidence[0].probe.position);
  });

  it('show the probes that made them match', async () => {
    const { data } = await demo.ask(`{ logits(concept: "cat", first: 2) { edges { evidence(first: 3) {
      query response contribution probe { position url } } } } }`);
    for (const { evidence } of data.logits.edges) {
      expect(evidence).toHaveLength(3);
      const parts = evidence.map(({ contribution }: { contribution: number }) => contribution);
      expect(parts).toEqual([...parts].sort((a, b) => b - a));
      expect(evidence[0].query).toBeGreaterThan(0);
      expect(evidence[0].response).toBeGreaterThan(0);
      expect((await fetch(demo.server.url + evidence[0].probe.url)).status).toBe(200);
    }
  });

  it('name an output without its label', async () => {
    const { data } = await demo.ask(
      '{ logits(concept: "leopard", first: 1) { edges { node { label concepts(first: 10) { text score confidence } } } } }',
    );
    const [{ node }] = data.logits.edges;
    expect(node.concepts).toHaveLength(10);
    const names = node.concepts.map(({ text }: { text: string }) => text);
    expect(names.join()).toMatch(/leopard|jaguar|cheetah|lynx|tiger/);
    const sure = node.concepts.map(({ confidence }: { confidence: number }) => confidence);
    expect(sure).toEqual([...sure].sort((a, b) => b - a));
  });

  it('rank whole models by how many of several concepts they know', async () => {
    const { data } = await demo.ask(
      '{ models(concepts: ["leopard", "umbrella", "pizza"]) { edges { score confidence bestLogit { label } node { name summary } } } }',
    );
    expect(data.models.edges.map(({ node }: { node: { name: string } }) => node.name)[0]).toMatch(
      /mobilenet/,
    );
    expect(data.models.edges[0].score).toBeGreaterThan(data.models.edges[1].score);
    expect(data.models.edges[0].node.summary).toMatch(
      /^An image classifier with 1001 outputs\. By its responses/,
    );
    const both = '{ models(concept: "dog", concepts: ["cat"]) { totalCount } }';
    expect(await refusal(both)).toMatchObject({ code: 'INPUT_INVALID' });
  });
});

/** The probe that is nearest to a concept, in base64. */
async function probeShowing(concept: string): Promise<string> {
  const { data } = await demo.ask(
    `{ concept(text: "${concept}") { topProbes(first: 1) { probe { url } } } }`,
  );
  const response = await fetch(demo.server.url + data.concept.topProbes[0].probe.url);
  return Buffer.from(await response.arrayBuffer()).toString('base64');
}
