import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readSmall, sourceMayRecover } from '../../../src/download/index.js';
import { MlflowReader } from '../../../src/registries/index.js';
import { describedFile } from '../resolved-file.js';
import { type MlflowServer, type ServedVersion, startMlflow } from './mlflow-server.js';

const LIMITS = { privateAddresses: [], stallMs: 5_000, maxBytes: 10_000 };
const LARGE = { ...LIMITS, maxBytes: 2 ** 22 };
const MLMODEL = [
  'artifact_path: model',
  'flavors:',
  '  onnx:',
  '    data: weights.onnx',
  '    onnx_version: 1.16.0',
  '    providers: [CPUExecutionProvider]',
  '  python_function:',
  '    loader_module: mlflow.onnx',
  'model_uuid: 0123456789abcdef',
  '',
].join('\n');

let mlflow: MlflowServer;
beforeAll(async () => {
  mlflow = await startMlflow();
});
afterEach(() => {
  mlflow.versions.length = 0;
  mlflow.requests.length = 0;
  mlflow.failing.clear();
  mlflow.failingFile = undefined;
  mlflow.failingOnce.clear();
  mlflow.authorization = undefined;
});
afterAll(() => mlflow.close());

const reader = (changed = {}) => new MlflowReader({ url: mlflow.url, ...changed }, LIMITS);
const birds = (files: ServedVersion['files'], changed: Partial<ServedVersion> = {}) =>
  mlflow.add({ name: 'birds', version: '3', files, ...changed });

async function resolved(uri = 'mlflow:/birds/3', of = reader()) {
  const version = await describedFile(of, uri, LIMITS);
  return { ...version, content: (await readSmall(version.file, LIMITS)).toString() };
}

it('finds the file that MLmodel names for the ONNX flavour', async () => {
  birds({ MLmodel: MLMODEL, 'weights.onnx': 'w', 'model.onnx': 'another' });
  expect(await resolved()).toMatchObject({ content: 'w', labels: undefined, preprocessing: undefined });
});

it.each([
  ['model.onnx', { 'model.onnx': 'm' }],
  ['data/model.onnx', { 'data/model.onnx': 'm' }],
  ['the only .onnx file', { 'resnet.onnx': 'm', 'notes.txt': 'n' }],
])('finds %s where there is no MLmodel', async (_, files) => {
  birds(files);
  expect((await resolved()).content).toBe('m');
});

it('finds model.onnx where MLflow has no list of the files', async () => {
  birds({ MLmodel: MLMODEL, 'weights.onnx': 'w' }, { source: 'models:/m-0123', runId: 'closed' });
  expect((await resolved()).content).toBe('w');
  mlflow.versions.length = 0;
  birds({ 'model.onnx': 'm' }, { source: 'models:/m-0123' });
  expect((await resolved()).content).toBe('m');
});

describe('a version whose source is in a run', () => {
  const runId = '0123456789abcdef';
  const files = { MLmodel: MLMODEL, 'weights.onnx': 'w', 'labels.json': '["crow"]' };

  it('is read from the run, because MLflow answers 500 for its files', async () => {
    birds(files, { runId, source: `runs:/${runId}/naïve model (1)` });
    expect(await resolved()).toMatchObject({ content: 'w', labels: ['crow'] });
  });

  it.each([
    ['the run has nothing there', { runId, source: `runs:/${runId}/model`, files: {} }],
    ['it is another run', { runId: 'another', source: `runs:/${runId}/model` }],
    ['it leads out of the run', { runId, source: `runs:/${runId}/../secret` }],
  ])('does not exist when %s', async (_, changed) => {
    birds(files, changed);
    const failure = resolved();
    await expect(failure).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    await expect(failure).rejects.not.toSatisfy(sourceMayRecover);
  });

  it('is denied, not tried again, when the account may not read the run', async () => {
    birds(files, { runId, source: `runs:/${runId}/model` });
    mlflow.failing.set('/api/2.0/mlflow/artifacts/list', 403);
    await expect(resolved()).rejects.toMatchObject({
      code: 'SOURCE_DENIED',
      message: expect.stringContaining('PROBELOG_MLFLOW_TOKEN'),
    });
  });
});

it('picks up what was logged beside the model', async () => {
  birds({
    'model.onnx': 'm',
    'labels.json': '["crow", "owl"]',
    'preprocessor_config.json': '{"size": {"height": 8, "width": 8}}',
  });
  expect(await resolved()).toMatchObject({
    labels: ['crow', 'owl'],
    preprocessing: { size: { height: 8, width: 8 } },
  });
});

it('picks up every form of labels and preprocessing, and names what else is there', async () => {
  birds({
    'model.onnx': 'm',
    'labels.txt': 'crow\nowl\n',
    'processor_config.json': '{"image_processor": {"size": {"height": 8, "width": 8}}}',
    'preprocess.toml': 'size = 8',
  });
  const { labels, preprocessing, sidecars } = await resolved();
  expect(labels).toEqual(['crow', 'owl']);
  expect(preprocessing).toEqual({ image_processor: { size: { height: 8, width: 8 } } });
  expect(sidecars?.names).toContain('preprocess.toml');
});

it('refuses a broken description of the preprocessing', async () => {
  birds({ 'model.onnx': 'm', 'preprocessor_config.json': '{"size": 8,}' });
  await expect(resolved()).rejects.toMatchObject({
    code: 'PREPROCESSING_INVALID',
    message: expect.stringContaining('preprocessor_config.json'),
  });
});

it('picks up labels and preprocessing from the metadata of MLmodel', async () => {
  const metadata = 'metadata:\n  labels: [crow, owl]\n  preprocessing: {mean: [0, 0, 0]}\n';
  birds({ MLmodel: MLMODEL + metadata, 'weights.onnx': 'w', 'labels.json': '["other"]' });
  expect(await resolved()).toMatchObject({ labels: ['crow', 'owl'], preprocessing: { mean: [0, 0, 0] } });
});

it('reads the labels of ImageNet-21k from MLmodel', async () => {
  const labels = Array.from({ length: 21_841 }, (_, index) => `name of a thing ${index}`);
  const metadata = `metadata:\n  labels:\n${labels.map((label) => `  - ${label}\n`).join('')}`;
  birds({ MLmodel: MLMODEL + metadata, 'weights.onnx': 'w' });
  const large = new MlflowReader({ url: mlflow.url }, LARGE);
  expect((await resolved(undefined, large)).labels).toEqual(labels);
});

it('takes no MLmodel of more than 1 MiB', async () => {
  birds({ MLmodel: `${MLMODEL}#${'x'.repeat(2 ** 20)}`, 'weights.onnx': 'w' });
  const large = new MlflowReader({ url: mlflow.url }, LARGE);
  await expect(resolved(undefined, large)).rejects.toMatchObject({ code: 'MODEL_TOO_LARGE' });
});

it.each([
  ['there is no such version', {}, 'mlflow:/birds/4'],
  ['several files could be it', { 'a.onnx': 'a', 'b.onnx': 'b' }, undefined],
  ['there is none', { 'model.pkl': 'p' }, undefined],
])('says that there is no model file when %s', async (_, files, uri) => {
  birds(files);
  await expect(resolved(uri)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
});

it.each(['MLmodel', 'labels.json', 'preprocessor_config.json'])(
  'is tried again when %s is listed and MLflow fails to send it',
  async (file) => {
    birds({
      MLmodel: MLMODEL,
      'weights.onnx': 'w',
      'labels.json': '["crow"]',
      'preprocessor_config.json': '{}',
    });
    mlflow.failingFile = file;
    await expect(resolved()).rejects.toSatisfy(sourceMayRecover);
  },
);

it('is retried when MLflow lists no files and stops sending them', async () => {
  const files = { MLmodel: MLMODEL, 'weights.onnx': 'w', 'labels.json': '["crow"]' };
  birds(files, { source: 'models:/m-0123', runId: 'closed' });
  let asked = 0;
  Object.defineProperty(mlflow.failing, 'get', {
    configurable: true,
    value: (path: string) => (path === '/model-versions/get-artifact' && asked++ > 0 ? 500 : undefined),
  });
  await expect(reader().resolve('mlflow:/birds/3')).rejects.toSatisfy(sourceMayRecover);
  delete (mlflow.failing as { get?: unknown }).get;
  expect(await resolved()).toMatchObject({ labels: ['crow'], preprocessing: undefined });
});

it.each(['MLmodel', 'labels.json', 'preprocessor_config.json'])(
  'is tried again when nothing is listed and only the first request for %s fails',
  async (path) => {
    const files = { 'model.onnx': 'm', 'labels.json': '["crow"]', 'preprocessor_config.json': '{"size": 8}' };
    birds({ ...files, MLmodel: MLMODEL.replace('weights.onnx', 'model.onnx') }, { source: 'models:/m-0123' });
    mlflow.failingOnce.add(path);
    await expect(resolved()).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining(path),
    });
    await expect(resolved()).resolves.toMatchObject({ labels: ['crow'], preprocessing: { size: 8 } });
    mlflow.failingOnce.add(path);
    await expect(resolved()).rejects.toSatisfy(sourceMayRecover);
  },
);

it('is retried when MLflow lists no files and sends neither MLmodel nor the model', async () => {
  birds({ 'labels.json': '["crow"]' }, { source: 'models:/m-0123' });
  await expect(reader().resolve('mlflow:/birds/3')).rejects.toSatisfy(sourceMayRecover);
});

it('waits for a runner when MLmodel has other flavors only', async () => {
  birds(
    { MLmodel: 'flavors: {sklearn: {}, python_function: {}}', 'model.pkl': 'p' },
    { tags: { team: 'a' } },
  );
  expect(await reader().resolve('mlflow:/birds/3')).toMatchObject({
    flavors: ['mlflow.sklearn', 'mlflow.pyfunc'],
    revision: expect.any(String),
    annotations: { tags: { team: 'a' } },
  });
});

it('never leaves the version, whatever MLmodel says', async () => {
  birds({ MLmodel: MLMODEL.replace('weights.onnx', '../../secret.onnx'), 'model.onnx': 'm' });
  await expect(resolved()).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
});

it('stops reading an MLmodel that expands to gigabytes', async () => {
  const bomb = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(9)}]`);
  birds({
    MLmodel: ['a0: &a0 [x]', ...bomb, 'flavors: {onnx: {data: model.onnx}}'].join('\n'),
    'model.onnx': 'm',
  });
  expect((await resolved()).content).toBe('m');
});

it('detects a version that was recreated under the same number', async () => {
  birds({ 'model.onnx': 'm' }, { created: 1 });
  const { revision } = await resolved();
  mlflow.versions.length = 0;
  birds({ 'model.onnx': 'm' }, { created: 2 });
  expect((await resolved()).revision).not.toBe(revision);
});

it.each([
  ['a token', { token: 't0k' }, 'Bearer t0k'],
  [
    'a user and password',
    { username: 'ada', password: 'pä:ss' },
    `Basic ${Buffer.from('ada:pä:ss').toString('base64')}`,
  ],
])('shows %s', async (_, given, authorization) => {
  birds({ 'model.onnx': 'm' });
  mlflow.authorization = authorization;
  expect((await resolved(undefined, reader(given))).content).toBe('m');
});

it('says which settings are missing when MLflow refuses', async () => {
  birds({ 'model.onnx': 'm' });
  mlflow.authorization = 'Bearer other';
  await expect(resolved()).rejects.toMatchObject({
    code: 'SOURCE_DENIED',
    message: expect.stringContaining('PROBELOG_MLFLOW_TOKEN'),
  });
});

it('asks for another workspace by its header, and by none for the default one', async () => {
  birds({ 'model.onnx': 'theirs' }, { workspace: 'team' });
  birds({ 'model.onnx': 'default' });
  expect((await resolved('mlflow:/birds/3?workspace=team')).content).toBe('theirs');
  expect((await resolved()).content).toBe('default');
});

it('works below a path, and with any name', async () => {
  const name = 'vögel & co?';
  birds({ 'model.onnx': 'm' }, { name });
  expect((await resolved(`mlflow:/${encodeURIComponent(name)}/3`)).content).toBe('m');
  await expect(reader({ url: `${mlflow.url}/sub/` }).resolve('mlflow:/birds/3')).rejects.toMatchObject({
    code: 'SOURCE_NOT_FOUND',
  });
  expect(mlflow.requests.at(-1)?.url).toMatch(/^\/sub\/api\/2.0\/mlflow\/model-versions\/get\?/);
});

it.each([
  'mlflow:/birds/latest',
  'mlflow:/birds',
  'mlflow:/a/b/1',
  'mlflow:/birds/1?workspace=a&x=1',
  'mlflow:/birds%E0/1',
  'mlflow:/100%/1',
  'mlflow:/birds/1?workspace=%',
])('takes no URI but that of a version: %s', async (uri) => {
  await expect(reader().resolve(uri)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

it('says when MLflow cannot be reached, fails, or answers something else', async () => {
  await expect(reader({ url: 'http://127.0.0.1:1' }).resolve('mlflow:/birds/3')).rejects.toMatchObject({
    code: 'SOURCE_UNREACHABLE',
  });
  mlflow.failing.set('/api/2.0/mlflow/model-versions/get', 503);
  await expect(resolved()).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
  mlflow.failing.set('/api/2.0/mlflow/model-versions/get', 200);
  await expect(resolved()).rejects.toMatchObject({
    code: 'SOURCE_UNREACHABLE',
    message: expect.stringContaining('an unexpected form'),
  });
});
