import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { FLOAT, floats, node, value } from '../probing/support/encode-onnx.js';
import { meanColor } from '../probing/support/made-models.js';
import { type Loopback, startLoopback } from '../registries/loopback.js';
import { openSmallService, type SmallService, settled } from './support/small-service.js';

const LABELS = ['a', 'b', 'c', 'd'];
const TWO_LABELS = ['x', 'y'];
/** A model of two outputs. */
const TWO_OUTPUTS = meanColor({
  tail: {
    nodes: [node('MatMul', ['logits', 'halves'], ['two'])],
    outputs: [value('two', FLOAT, ['N', 2])],
    initializers: [floats('halves', [4, 2], [1, 0, 1, 0, 0, 1, 0, 2])],
  },
});
const MEAN = [0.25, 0.5, 0.75];

let small: SmallService;
let server: Loopback;
/** How often each companion is not answered as it should be, by its name. */
let faults: Record<string, number>;
let fault: RequestListener;
/** The page of the folder. */
let listed: string | null;
let served: { model: Uint8Array; labels: string[] | null };
beforeAll(async () => {
  server = await startLoopback((request, response) => {
    const name = request.url?.split('/').at(-1) ?? '';
    if (faults[name]-- > 0) return fault(request, response);
    if (name.endsWith('.onnx')) response.end(served.model);
    else if (name === 'config.json' && served.labels) response.end(JSON.stringify(served.labels));
    else if (name === 'preprocessor_config.json')
      response.end(JSON.stringify({ mean: MEAN, std: [1, 1, 1], scale: 1 / 255 }));
    else if (name === '' && listed) response.end(listed);
    else response.writeHead(404).end();
  });
  small = await openSmallService({
    environment: {
      PROBELOG_PRIVATE_ADDRESSES: '127.0.0.1',
      PROBELOG_DOWNLOAD_STALL_SECONDS: '1',
      PROBELOG_INGEST_ATTEMPTS: '3',
      PROBELOG_RETRY_SECONDS: '0.01',
    },
  });
});
beforeEach(() => {
  faults = {};
  listed = null;
  served = { model: meanColor(), labels: LABELS };
});
afterAll(async () => {
  await small.close();
  await server.close();
});

const ingested = () => small.ingest(`${server.url}/model.onnx`, { preprocessing: undefined });
const modelOf = async (id: string) => {
  const { models } = small.service.store;
  const [model] = await models.byIds([id]);
  return model && { ...model, labels: await models.labels(id) };
};

it.each([
  ['no time', (_, response) => response.writeHead(503).end()],
  ['a fault', (_, response) => response.writeHead(500).end()],
  ['no answer', () => undefined],
  ['a broken connection', (request) => request.socket.destroy()],
] satisfies [string, RequestListener][])(
  'labels and preprocessing are not lost to a server that has %s',
  async (_, listener) => {
    fault = listener;
    faults = { 'config.json': 1, 'preprocessor_config.json': 1 };
    const { state, modelId } = await ingested();
    expect(state).toBe('SUCCEEDED');
    expect(await modelOf(modelId)).toMatchObject({ labels: LABELS, preprocessing: { mean: MEAN } });
  },
);

it.each([404, 403, 401, 410])('%i means that there are no sidecar files', async (status) => {
  fault = (_, response) => response.writeHead(status).end();
  faults = { 'config.json': 9, 'preprocessor_config.json': 9 };
  const { state, modelId } = await ingested();
  expect(state).toBe('SUCCEEDED');
  expect(await modelOf(modelId)).toMatchObject({ labels: null });
});

it('files that are not read are named where the server lists them', async () => {
  listed = '<a href="model.onnx">model.onnx</a><a href="label_map.ini">label_map.ini</a>';
  const { modelId } = await ingested();
  expect((await modelOf(modelId))?.notes).toContainEqual(
    expect.stringMatching(/^FILE_NOT_READ: label_map\.ini, beside the model, looks like/),
  );
});

it('a model whose source is down is reprobed with its earlier facts', async () => {
  const { modelId } = await ingested();
  fault = (_, response) => response.writeHead(503).end();
  faults = { 'config.json': 9, 'preprocessor_config.json': 9, 'model.onnx': 9 };
  const before = await modelOf(modelId);
  const { id } = await small.service.ingest.reprobe(modelId);
  expect(await settled(small.service, id)).toMatchObject({ state: 'SUCCEEDED' });
  expect(await modelOf(modelId)).toMatchObject({ labels: LABELS, preprocessing: before?.preprocessing });
});

describe('a version with new content', () => {
  /** As a registry says that a version is there, or was made anew. */
  async function delivered(name: string) {
    const { ingest, store } = small.service;
    const request = { name, version: '1', source: `${server.url}/model.onnx` };
    const change = { kind: 'REGISTER' as const, ...request, updated: true };
    const { ingestId } = await store.deliveries.record(
      { source: 'standard', deliveryId: null, event: 'updated', occurredAt: null, change },
      () => ingest.prepare(request, 'standard'),
    );
    return settled(small.service, ingestId ?? '');
  }

  it.each([0, 1])('gets its own labels, even after %i failures', async (count) => {
    const name = `own ${count}`;
    await delivered(name);
    served = { model: TWO_OUTPUTS, labels: TWO_LABELS };
    fault = (_, response) => response.writeHead(503).end();
    faults = { 'config.json': count };
    const { state, modelId } = await delivered(name);
    expect(state).toBe('SUCCEEDED');
    expect(await modelOf(modelId)).toMatchObject({ outputs: 2, labels: TWO_LABELS });
  });

  it('has no labels when none come with it', async () => {
    await delivered('none');
    served = { model: TWO_OUTPUTS, labels: null };
    const { state, modelId } = await delivered('none');
    expect(state).toBe('SUCCEEDED');
    expect(await modelOf(modelId)).toMatchObject({ outputs: 2, labels: null });
  });

  it('keeps labels that a caller set', async () => {
    const { modelId } = await delivered('set');
    const set = ['p', 'q', 'r', 's'];
    await small.service.store.models.setLabels(modelId, set);
    served = { model: meanColor({ size: 16 }), labels: LABELS };
    expect(await delivered('set')).toMatchObject({ state: 'SUCCEEDED', modelId });
    expect(await modelOf(modelId)).toMatchObject({ labels: set });
  });
});

describe('a model in a local folder', () => {
  /** Four outputs, beside these files. */
  async function beside(files: Record<string, string>, path = 'model.onnx') {
    const folder = await mkdtemp(join(small.folder, 'model-'));
    for (const [name, content] of Object.entries({ ...files, [path]: meanColor() })) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
    const { state, errorCode, errorMessage, modelId } = await small.ingest(join(folder, path), {
      preprocessing: undefined,
    });
    return { state, errorCode, errorMessage, model: await modelOf(modelId) };
  }

  it.each([
    ['labels.txt', '0 a\n1 b\n2 c\n3 d\n'],
    ['classes.txt', 'a\nb\nc\nd'],
    ['labels.json', JSON.stringify({ '1': 'b', '0': 'a', '2': 'c', '3': 'd' })],
    ['config.json', JSON.stringify({ label2id: { a: 0, d: 3, c: 2, b: 1 } })],
    ['config.json', JSON.stringify({ class_names: LABELS })],
    ['selected_tags.csv', 'tag_id,name,count\n7,a,1\n8,b,1\n9,c,1\n4,d,1\n'],
    ['inference.yml', 'PostProcess:\n  Topk:\n    topk: 2\n    label_list: [a, b, c, d]\n'],
    ['labels.json', '[{"id":1,"name":"b"},{"id":0,"name":"a"},{"id":2,"name":"c"},{"id":3,"name":"d"}]'],
    ['labels.json', '{"0":{"name":"a"},"1":{"name":"b"},"2":{"name":"c"},"3":{"name":"d"}}'],
    ['labels.json', '{"1":"a","2":"b","3":"c","4":"d"}'],
    ['labels.txt', 'a, b, c, d'],
    ['labels.txt', '"a",\n"b",\n"c",\n"d",\n'],
    ['synset.txt', 'n01440764 a\nn01443537 b\nn01484850 c\nn01491361 d\n'],
    ['synset_words.txt', 'n01440764 a\nn01443537 b\nn01484850 c\nn01491361 d\n'],
    ['imagenet_class_index.json', '{"0":["n01","a"],"1":["n02","b"],"2":["n03","c"],"3":["n04","d"]}'],
    ['imagenet1000_clsidx_to_labels.txt', "{0: 'a',\n 1: 'b',\n 2: 'c',\n 3: 'd'}"],
    ['index_to_name.json', '{"0":"a","1":"b","2":"c","3":"d"}'],
    ['class_indices.json', '{"a":"0","b":"1","c":"2","d":"3"}'],
    ['coco.names', 'a\nb\nc\nd\n'],
    [
      'label_map.pbtxt',
      "item {\n  id: 2\n  name: 'b'\n}\nitem {\n  name: \"n01\"\n  id: 1\n  display_name: \"a\"\n}\nitem { id: 3 name: 'c' } item { id: 4 name: 'd' }",
    ],
    ['data.yaml', 'path: ../animals\ntrain: images\nnc: 4\nnames: [a, b, c, d]\n'],
    ['dataset.yaml', 'names:\n  0: a\n  1: b\n  2: c\n  3: d\n'],
    ['signature.json', '{"doc_name":"x","classes":{"Label":["a","b","c","d"]},"format":"onnx"}'],
    ['labels.yaml', 'names:\n  0: a\n  1: b\n  2: c\n  3: d\n'],
  ])('has the labels of %s', async (name, content) => {
    expect((await beside({ [name]: content })).model).toMatchObject({ labels: LABELS });
  });

  it('has a note about files that look like labels or preprocessing and were not read', async () => {
    const files = { 'label_map.ini': 'item {}', 'preprocess.toml': 'size = 8', 'labels.txt': 'a\nb\nc\nd' };
    const { model } = await beside({ ...files, 'README.md': 'labels' });
    expect(model?.notes.filter((one) => one.startsWith('FILE_NOT_READ'))).toEqual([
      expect.stringContaining('label_map.ini, preprocess.toml, beside the model, look like'),
    ]);
  });

  it.each([
    ['inference_config.json', '{"input": {"mean": [0.5], "std": [0.5]}}'],
    ['config.yaml', 'model: resnet\ntransforms:\n  - Resize: 256\n'],
    ['deploy.yaml', 'preprocess:\n- {type: Normalize}\n'],
    ['model.yaml', 'labels: [a, b]\n'],
    ['data.yaml', 'names: [a, b, c, d]\nmean: [0.5]\n'],
    ['config.json', '{"num_classes": 4, "normalize": {"mean": 0}}'],
    ['config.json', '{"labels": ["a", "b", "c", "d"], "mean": [0.5], "std": [0.5]}'],
    ['metadata_properties.json', '{"CustomVision.Preprocess.NormalizeMean": "[0.0, 0.0, 0.0]"}'],
    ['transforms.py', 'import torchvision'],
    ['labels.pkl', ''],
    ['model.xml', '<preprocess mean="1"/>'],
  ])('names %s in a note for what is in it', async (name, content) => {
    const { model } = await beside({ [name]: content, 'conda.yaml': 'name: env\n', 'a.json': '{"b": 1}' });
    expect(model?.notes.filter((one) => one.startsWith('FILE_NOT_READ'))).toEqual([
      expect.stringContaining(`FILE_NOT_READ: ${name}, beside the model, looks like`),
    ]);
  });

  it("has what MLflow's MLmodel says of it", async () => {
    const metadata =
      'metadata:\n  labels: [a, b, c, d]\n  preprocessing:\n    mean: [0.25, 0.5, 0.75]\n    std: [1]\n';
    const { model } = await beside({ MLmodel: `flavors:\n  onnx:\n    data: model.onnx\n${metadata}` });
    expect(model).toMatchObject({ labels: LABELS, preprocessing: { mean: MEAN } });
    expect((await beside({ MLmodel: 'flavors: {' })).state).toBe('SUCCEEDED');
  });

  it('has labels that fit rather than those that do not or say nothing', async () => {
    const { model } = await beside({
      'config.json': JSON.stringify({ id2label: { 0: 'LABEL_0', 1: 'LABEL_1', 2: 'LABEL_2', 3: 'LABEL_3' } }),
      'labels.txt': 'background\na\nb\nc\nd',
      'classes.txt': 'a\nb\nc\nd',
    });
    expect(model?.labels).toEqual(LABELS);
    expect(model?.notes.join()).toMatch(/labels\.txt has 5 labels, but the model has 4 outputs/);
    expect(model?.notes.join()).not.toContain('SOURCES_DISAGREE');
  });

  it('has a note when two lists of labels disagree, also in one file, and none when they are equal', async () => {
    const labels = { 'labels.txt': 'a\nb\nc\nd', 'classes.txt': 'a\nb\nd\nc' };
    const disagree = async (files: Record<string, string>) =>
      (await beside(files)).model?.notes.filter((one) => one.startsWith('SOURCES_DISAGREE'));
    expect(await disagree(labels)).toEqual([
      expect.stringContaining(
        'labels.txt and classes.txt have different labels: output 2 is "c" in the first',
      ),
    ]);
    const config = { id2label: { 0: 'a', 1: 'b', 2: 'c', 3: 'd' }, label2id: { b: 0, a: 1, c: 2, d: 3 } };
    expect(await disagree({ 'config.json': JSON.stringify(config) })).toEqual([
      expect.stringContaining('config.json and label2id of config.json have different labels: output 0'),
    ]);
    expect(await disagree({ 'labels.txt': 'a\nb\nc\nd', 'labels.json': JSON.stringify(LABELS) })).toEqual([]);
  });

  it('has a note when two descriptions disagree, and follows the one that transformers 5 reads', async () => {
    const vit = { image_processor_type: 'ViTImageProcessor', size: 8, image_mean: MEAN };
    const other = { ...vit, image_mean: [0.5, 0.5, 0.5], resample: 3 };
    const nested = { 'processor_config.json': JSON.stringify({ image_processor: vit }) };
    const { model } = await beside({ ...nested, 'preprocessor_config.json': JSON.stringify(other) });
    expect(model).toMatchObject({ preprocessing: { mean: MEAN } });
    expect(model?.notes).toContainEqual(
      expect.stringMatching(
        /^SOURCES_DISAGREE: processor_config\.json and preprocessor_config\.json describe.*resample BICUBIC instead of BILINEAR/,
      ),
    );
    const equal = await beside({ ...nested, 'preprocessor_config.json': JSON.stringify(vit) });
    expect(equal.model?.notes.join()).not.toContain('SOURCES_DISAGREE');
  });

  it('compares the files of its folder with those of the folder above', async () => {
    const config = (label: string) => JSON.stringify({ id2label: { 0: label, 1: 'b', 2: 'c', 3: 'd' } });
    const files = { 'config.json': config('x'), 'onnx/config.json': config('a') };
    const { model } = await beside(files, 'onnx/model.onnx');
    expect(model?.labels).toEqual(LABELS);
    expect(model?.notes.join()).toContain('config.json and ../config.json have different labels: output 0');
  });

  it.each(['metadata.yaml', 'open_clip_config.json', 'image_mean.npy'])(
    'names %s, which tools write, in a note',
    async (name) => {
      const { model } = await beside({ [name]: 'x', 'means-to-an-end.txt': '', 'filenames.txt': '' });
      expect(model?.notes.filter((one) => one.startsWith('FILE_NOT_READ'))).toEqual([
        expect.stringContaining(`FILE_NOT_READ: ${name}, beside`),
      ]);
    },
  );

  it('has the labels of the description of its preprocessing', async () => {
    const preprocessing = { pretrained_cfg: { input_size: [3, 8, 8], label_names: LABELS } };
    const { modelId } = await small.ingest(meanColor(), { preprocessing });
    expect(await modelOf(modelId)).toMatchObject({ labels: LABELS });
  });

  it('of a Triton repository has the labels of the file that config.pbtxt names', async () => {
    const config = 'output [{ name: "x" dims: [ 4 ] label_filename: "animals.txt" }]';
    const files = { 'config.pbtxt': config, 'animals.txt': 'a\nb\nc\nd\n' };
    const { model } = await beside({ ...files, 'class_weights.json': '{}' }, '1/model.onnx');
    expect(model).toMatchObject({ labels: LABELS });
    expect((await beside(files, '1/model.onnx/model.onnx')).model).toMatchObject({ labels: LABELS });
    expect(model?.notes).toContainEqual(expect.stringMatching(/^FILE_NOT_READ: class_weights\.json,/));
  });

  it('has no labels when there are more or fewer than outputs, and a note says so', async () => {
    const { state, model } = await beside({ 'config.json': '{"id2label":{"0":"LABEL_0","1":"LABEL_1"}}' });
    expect(state).toBe('SUCCEEDED');
    expect(model?.labels).toBeNull();
    expect(model?.notes.join()).toMatch(/config\.json has 2 labels, but the model has 4 outputs/);
  });

  it('has the labels that there are when outputs are left out, and a note says so', async () => {
    const { model } = await beside({ 'config.json': '{"id2label":{"0":"a","1":"b","3":"d"}}' });
    expect(model?.labels).toEqual(['a', 'b', '', 'd']);
    expect(model?.notes.join()).toMatch(
      /LABELS_PARTIAL: config\.json has labels for 3 of the model's 4 outputs/,
    );
  });

  it.each([
    [
      'processor_config.json',
      '{"image_processor":{"image_processor_type":"ViTImageProcessor","size":8,"image_mean":[0.25,0.5,0.75]}}',
    ],
    ['config.json', '{"pretrained_cfg":{"input_size":[3,8,8],"mean":[0.25,0.5,0.75]}}'],
    ['config.json', '{"architecture":"resnet18","input_size":[3,8,8],"mean":[0.25,0.5,0.75]}'],
    [
      'inference.yml',
      'PreProcess:\n  transform_ops:\n  - ResizeImage: {size: 8}\n  - NormalizeImage: {mean: [0.25, 0.5, 0.75], std: [1, 1, 1]}\n',
    ],
  ])('has the preprocessing of %s', async (name, content) => {
    expect((await beside({ [name]: content })).model).toMatchObject({ preprocessing: { mean: MEAN } });
  });

  it.each(['preprocessor_config.json', 'processor_config.json', 'config.json'])(
    'with a broken %s is refused, and the file and the place are named',
    async (name) => {
      const { errorCode, errorMessage } = await beside({ [name]: '{"do_resize": true,}' });
      expect(errorCode).toBe('PREPROCESSING_INVALID');
      expect(errorMessage).toMatch(new RegExp(`^${name}.*position`));
    },
  );

  it('with a field that is not understood is refused, and the file and the field are named', async () => {
    const config = '{"image_processor_type":"ViTImageProcessor","warp":3}';
    const { errorCode, errorMessage } = await beside({ 'preprocessor_config.json': config });
    expect(errorCode).toBe('PREPROCESSING_INVALID');
    expect(errorMessage).toMatch(/^preprocessor_config\.json: .*"warp"/);
  });
});
