import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.js';
import { rowOf, similarityMatrix } from '../../src/domain/index.js';
import { createProbeSet } from '../../src/probing/index.js';
import { loadDescriptors } from '../../src/search/gallery/load-descriptors.js';
import { DEMO, type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { statementsDuring } from '../fixtures/statements-during.js';
import { FLOAT, floats, node, value } from '../probing/support/encode-onnx.js';
import { meanColor } from '../probing/support/made-models.js';

const PROBES = 480;
const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'];
/** Its third output is always 0. */
const HALF_DEAD = meanColor({
  tail: {
    nodes: [node('Mul', ['logits', 'mask'], ['masked'])],
    outputs: [value('masked', FLOAT, ['N', 4])],
    initializers: [floats('mask', [4], [1, 1, 0, 1])],
  },
});

const PLAIN = { mean: [0, 0, 0], std: [1, 1, 1] };
/** 0 to 255. */
const BYTES = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] };

let demo: DemoService;
let folder: string;
let ids: Record<'resnet20' | 'tiny' | 'halfDead', string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-test-'));
  demo = await openDemoService();
  const source = join(folder, 'half-dead.onnx');
  await writeFile(source, HALF_DEAD);
  ids = {
    resnet20: (await ingestDemoModel(demo, 'cifar10_resnet20', { labels: CLASSES })).modelId,
    tiny: (await ingestDemoModel(demo, 'mlperf_tiny_resnet', { labels: CLASSES, preprocessing: BYTES }))
      .modelId,
    halfDead: (await ingestDemoModel(demo, 'half-dead', { source, preprocessing: PLAIN })).modelId,
  };
});
afterAll(async () => {
  await demo.close();
  await rm(folder, { recursive: true, force: true });
});

const QUERY = `query Similarity($a: ID!, $b: ID!) {
  similarity(a: $a, b: $b) { rows { id label model { name } } columns { label status } values }
}`;
const similarity = async (a: string, b: string) => demo.ask(QUERY, { a, b });
const modelKey = (id: string) => Buffer.from(id, 'base64url').toString().split(':')[1];

describe('similarity(a, b)', () => {
  it('finds the logit of the same class in another model', async () => {
    const { data, errors } = await similarity(ids.resnet20, ids.tiny);
    expect(errors).toBeUndefined();
    const { rows, columns, values } = data.similarity;
    expect(rows[3]).toMatchObject({ label: 'cat', model: { name: 'cifar10_resnet20' } });
    expect(columns.map(({ label }: { label: string }) => label)).toEqual(CLASSES);
    for (const [row, cells] of (values as number[][]).entries()) {
      expect(cells).toHaveLength(10);
      expect(cells.indexOf(Math.max(...cells))).toBe(row);
    }
  });

  it('is the cosine of the descriptors made of the stored responses', async () => {
    const { store } = demo.service;
    const [a, b] = await Promise.all(
      [ids.resnet20, ids.tiny].map(async (id) => {
        const [{ responsesDigest }] = await store.models.byIds([modelKey(id)]);
        return loadDescriptors(store.blobs.path(responsesDigest ?? ''), PROBES);
      }),
    );
    const wanted = await similarityMatrix(a, b);
    const { values } = (await similarity(ids.resnet20, ids.tiny)).data.similarity;
    for (let row = 0; row < 10; row++)
      for (let column = 0; column < 10; column++)
        expect(values[row][column]).toBeCloseTo(rowOf(wanted, row)[column], 3);
  });

  it('of a model with itself has a diagonal of 1', async () => {
    const { values } = (await similarity(ids.tiny, ids.tiny)).data.similarity;
    for (let row = 0; row < 10; row++) expect(values[row][row]).toBeCloseTo(1, 5);
  });

  it('is null for a degenerate logit, and a number for the others', async () => {
    const { data, errors } = await similarity(ids.tiny, ids.halfDead);
    expect(errors).toBeUndefined();
    const { columns, values } = data.similarity;
    expect(columns.map(({ status }: { status: string }) => status)).toEqual([
      'SEARCHABLE',
      'SEARCHABLE',
      'DEGENERATE',
      'SEARCHABLE',
    ]);
    for (const row of values)
      expect(row.map((value: number | null) => value === null)).toEqual([false, false, true, false]);
    const turned = (await similarity(ids.halfDead, ids.tiny)).data.similarity.values;
    expect(turned[2].every((value: number | null) => value === null)).toBe(true);
  });

  it('costs a few statements', async () => {
    const ask = () => similarity(ids.resnet20, ids.tiny);
    const statements = await statementsDuring(demo.service.store, ask);
    expect(statements.length).toBeLessThanOrEqual(4);
  });
});

describe('all cosines of similarity(a, b)', () => {
  const MATCHES = `query Matches($a: ID!, $b: ID!, $first: Int! = 10) {
    similarity(a: $a, b: $b) { rowCount columnCount rowLabels columnLabels cells
      onlyA(first: $first) { cosine node { index label model { name } } nearest { index model { name } } }
      onlyB(first: $first) { cosine node { index label } nearest { index } } } }`;
  const cellsOf = (text: string) => new Int8Array(Buffer.from(text, 'base64'));

  it('are the values as bytes', async () => {
    const { values } = (await similarity(ids.resnet20, ids.halfDead)).data.similarity;
    const { data, errors } = await demo.ask(MATCHES, { a: ids.resnet20, b: ids.halfDead });
    expect(errors).toBeUndefined();
    const { cells, rowCount, columnCount, rowLabels, columnLabels } = data.similarity;
    expect([rowCount, columnCount, rowLabels, columnLabels]).toEqual([10, 4, CLASSES, Array(4).fill(null)]);
    const wanted = values
      .flat()
      .map((value: number | null) => (value === null ? -128 : Math.round(value * 127)));
    expect([...cellsOf(cells)]).toEqual(wanted);
  });

  it('say what one model knows and the other does not, least similar first', async () => {
    const { values } = (await similarity(ids.resnet20, ids.tiny)).data.similarity;
    const { data } = await demo.ask(MATCHES, { a: ids.resnet20, b: ids.tiny, first: 3 });
    const { onlyA, onlyB } = data.similarity;
    const best = (values as number[][]).map((row, index) => ({ index, cosine: Math.max(...row) }));
    best.sort((x, y) => x.cosine - y.cosine);
    expect(onlyA).toHaveLength(3);
    for (const [place, { cosine, node, nearest }] of onlyA.entries()) {
      expect(node).toEqual({
        index: best[place].index,
        label: CLASSES[node.index],
        model: { name: 'cifar10_resnet20' },
      });
      expect(cosine).toBeCloseTo(best[place].cosine, 5);
      expect(values[node.index][nearest.index]).toBeCloseTo(cosine, 5);
      expect(nearest.model.name).toBe('mlperf_tiny_resnet');
    }
    for (const { cosine, node, nearest } of onlyB)
      expect(values[nearest.index][node.index]).toBeCloseTo(cosine, 5);
  });

  it('leave out degenerate logits', async () => {
    const { data } = await demo.ask(MATCHES, { a: ids.halfDead, b: ids.tiny });
    const { onlyA, onlyB } = data.similarity;
    expect(onlyA.map(({ node }: { node: { index: number } }) => node.index).sort()).toEqual([0, 1, 3]);
    expect(onlyB).toHaveLength(10);
  });

  it('are a call of the client, for models of a thousand logits too', async () => {
    const big = 'mobilenet_v1_0.25_128';
    const { modelId } = await ingestDemoModel(demo, big);
    const client = createClient({ url: demo.server.url });
    const { cells, rowCount, columnCount, onlyA } = await client.compare(modelId, modelId, { first: 1 });
    expect([rowCount, columnCount, cells.length]).toEqual([1_001, 1_001, 1_001 ** 2]);
    expect(onlyA[0].cosine).toBeCloseTo(1, 3);
    for (let row = 0; row < 1_001; row++) expect([127, -128]).toContain(cells[row * 1_001 + row]);
    const four = [1, 2, 3, 4, 5].map((place) => `s${place}: similarity(a: $a, b: $a) { cells }`).join(' ');
    const { errors } = await demo.ask(`query Q($a: ID!) { ${four} }`, { a: modelId });
    expect(errors?.[0].extensions).toMatchObject({ code: 'OPERATION_TOO_COMPLEX', limit: 'cost' });
  });
});

describe('similarity(a, b) is refused', () => {
  const refusal = async (a: string, b: string) => (await similarity(a, b)).errors?.[0];

  it('for a model that does not exist, and for what is no model', async () => {
    const unknown = Buffer.from('Model:00000000-0000-7000-8000-000000000000').toString('base64url');
    expect((await refusal(ids.tiny, unknown))?.extensions).toMatchObject({
      code: 'NOT_FOUND',
      argument: 'b',
    });
    const { data } = await similarity(ids.tiny, ids.tiny);
    expect((await refusal(data.similarity.rows[0].id, ids.tiny))?.extensions.code).toBe('ID_INVALID');
  });

  it('for a model whose ingest failed', async () => {
    const { modelId } = await ingestDemoModel(demo, 'words', { source: join(DEMO, 'README.md') });
    const error = await refusal(ids.tiny, modelId);
    expect(error?.extensions).toMatchObject({ code: 'INPUT_INVALID', model: 'words', status: 'FAILED' });
  });

  it('for models of different probe sets, which it names', async () => {
    const images = (await readdir(join(DEMO, 'probes'))).slice(0, 20);
    const source = join(folder, 'few');
    for (const name of images) await cp(join(DEMO, 'probes', name), join(source, name));
    const few = await createProbeSet(demo.service.store, { name: 'few', source, limits: { maxPixels: 1e7 } });
    const probeSet = Buffer.from(`ProbeSet:${few.id}`).toString('base64url');
    const onnx = join(folder, 'other.onnx');
    await writeFile(onnx, meanColor());
    const other = await ingestDemoModel(demo, 'other', { source: onnx, probeSet, preprocessing: PLAIN });
    expect(other.state).toBe('SUCCEEDED');
    const error = await refusal(ids.tiny, other.modelId);
    expect(error?.extensions.code).toBe('INPUT_INVALID');
    expect(error?.message).toMatch(/"demo".*"few"/);
  });

  it('for models with more logits than a figure can show', async () => {
    const name = 'mobilenet_v1_0.25_128';
    const { data } = await demo.ask('query Q($name: String!) { model(name: $name) { id } }', { name });
    const modelId = data.model.id;
    const error = await refusal(modelId, ids.tiny);
    expect(error?.extensions).toMatchObject({ code: 'INPUT_INVALID', logits: 1_001, most: 200 });
  });
});
