import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readSmall } from '../../../src/download/index.js';
import { chooseFile } from '../../../src/registries/huggingface/choose-file.js';
import { HuggingFaceReader } from '../../../src/registries/index.js';
import { describedFile, resolvedFile } from '../resolved-file.js';
import { type HubServer, type ServedRepo, startHub } from './hub-server.js';

const LIMITS = { privateAddresses: ['127.0.0.1'], stallMs: 5_000, maxBytes: 100_000 };
const SHA = '1'.repeat(40);
const LARGE = Buffer.alloc(20_000, 7);

let hub: HubServer;
beforeAll(async () => {
  hub = await startHub();
});
afterEach(() => {
  hub.repos.length = 0;
  hub.requests.length = 0;
  hub.cdn.requests.length = 0;
  hub.pageSize = 1_000;
  hub.failing.clear();
  hub.nextPage = undefined;
});
afterAll(() => hub.close());

const reader = (token?: string, limits = LIMITS) => new HuggingFaceReader({ url: hub.url, token }, limits);
const owl = (files: ServedRepo['commits'][number]['files'], access: ServedRepo['access'] = 'public') =>
  hub.add({ name: 'org/owl', commits: [{ sha: SHA, files }], access });

it('reads the pinned commit, not the head', async () => {
  const repo = owl({ 'model.onnx': 'old' });
  repo.commits.push({ sha: '2'.repeat(40), files: { 'model.onnx': 'new' } });
  const { file, revision } = await resolvedFile(reader(), `hf://org/owl@${SHA}`);
  expect((await readSmall(file, LIMITS)).toString()).toBe('old');
  expect(revision).toBe(SHA);
});

it('knows the SHA-256 of a large file, and gets its bytes from where the Hub redirects to', async () => {
  owl({ 'onnx/model.onnx': LARGE });
  const { file, sha256 } = await resolvedFile(reader(), `hf://org/owl@${SHA}`);
  expect(await readSmall(file, LIMITS)).toEqual(LARGE);
  expect(sha256).toBe(createHash('sha256').update(LARGE).digest('hex'));
});

it('reads labels and preprocessing of the commit, beside the model and above it', async () => {
  owl({
    'onnx/model.onnx': 'm',
    'onnx/labels.txt': 'owl',
    'config.json': '{"architectures": ["A"]}',
    'processor_config.json': '{"image_processor": {"do_resize": true, "size": 8}}',
    'synsets.txt': 'n01',
    'docs/classes.txt': 'other',
  });
  const { labels, preprocessing, sidecars } = await describedFile(reader(), `hf://org/owl@${SHA}`, LIMITS);
  expect(labels).toEqual(['owl']);
  expect(preprocessing).toMatchObject({ image_processor: { do_resize: true } });
  expect(sidecars?.names).toContain('synsets.txt');
  expect(sidecars?.names).not.toContain('classes.txt');
});

it('reads a list of files page by page', async () => {
  hub.pageSize = 2;
  owl({ a: '', b: '', c: '', d: '', 'model.onnx': 'm' });
  const { file } = await resolvedFile(reader(), `hf://org/owl@${SHA}`);
  expect(file.url).toMatch(/model\.onnx$/);
});

it('refuses a list of files whose pages repeat', async () => {
  owl({ 'model.onnx': 'm', a: '', b: '' });
  hub.pageSize = 2;
  hub.nextPage = '0';
  await expect(reader().resolve(`hf://org/owl@${SHA}`)).rejects.toMatchObject({
    code: 'SOURCE_UNREACHABLE',
    message: expect.stringContaining('does not end'),
  });
  expect(hub.requests).toHaveLength(2);
});

it('sends the token to the Hub, and to no host that the Hub redirects to', async () => {
  owl({ 'onnx/model.onnx': LARGE }, 'private');
  const { file } = await resolvedFile(reader('hf_test'), `hf://org/owl@${SHA}`);
  await readSmall(file, LIMITS);
  expect(hub.requests.every(({ headers }) => headers.authorization === 'Bearer hf_test')).toBe(true);
  expect(hub.cdn.requests).toHaveLength(1);
  expect(hub.cdn.requests[0].headers.authorization).toBeUndefined();
});

it('may be private itself, but not what it redirects to', async () => {
  owl({ 'onnx/model.onnx': LARGE, 'config.json': '{}' });
  const closed = { ...LIMITS, privateAddresses: [] };
  const { file, sidecars } = await resolvedFile(reader(undefined, closed), `hf://org/owl@${SHA}`);
  expect(sidecars?.names).toEqual(['model.onnx', 'config.json']);
  await expect(readSmall(file, closed)).rejects.toMatchObject({ code: 'SOURCE_FORBIDDEN' });
  expect(hub.cdn.requests).toHaveLength(0);
});

it.each([
  ['private', undefined, 'SOURCE_DENIED'],
  ['private', 'hf_wrong', 'SOURCE_DENIED'],
  ['gated', undefined, 'SOURCE_DENIED'],
] as const)('says what to do about a %s repository (token: %s)', async (access, token, code) => {
  owl({ 'model.onnx': 'm' }, access);
  const open = async () => readSmall((await resolvedFile(reader(token), `hf://org/owl@${SHA}`)).file, LIMITS);
  await expect(open()).rejects.toMatchObject({
    code,
    message: expect.stringMatching(/PROBELOG_HUGGINGFACE_TOKEN .*accept its terms/),
  });
});

it('distinguishes missing files from forbidden ones', async () => {
  owl({ 'model.onnx': 'm' });
  for (const uri of [`hf://org/owl@${'9'.repeat(40)}`, `hf://org/none@${SHA}`]) {
    await expect(reader('hf_test').resolve(uri)).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
  }
});

it.each(['hf://org/owl@main', `hf://../api@${SHA}`, `hf://org/owl@${SHA}/x`])(
  'takes no URI but that of a commit: %s',
  async (uri) => {
    await expect(reader().resolve(uri)).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  },
);

it('says when the Hub fails', async () => {
  owl({ 'model.onnx': 'm' });
  hub.failing.set(`/api/models/org/owl/tree/${SHA}`, 502);
  await expect(reader().resolve(`hf://org/owl@${SHA}`)).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' });
});

describe('the model file', () => {
  it.each([
    [['model.onnx', 'onnx/model.onnx', 'onnx/model_fp16.onnx'], 'onnx/model.onnx'],
    [['model.onnx', 'resnet.onnx'], 'model.onnx'],
    [['resnet.onnx', 'resnet_quantized.onnx', 'README.md'], 'resnet.onnx'],
    [['onnx/model_q4.onnx', 'onnx/model_int8.onnx', 'onnx/model_fp16.onnx'], 'onnx/model_fp16.onnx'],
    [['resnet_int8.onnx'], 'resnet_int8.onnx'],
  ])('of %j is %s', (paths, path) => {
    expect(chooseFile(paths)).toEqual({ path });
  });

  it.each([[[]], [['a.onnx', 'b.onnx']], [['a_q4.onnx', 'b_q4.onnx']]])('of %j is ambiguous', (paths) => {
    expect(chooseFile(paths)).toEqual({ problem: expect.any(String) });
  });
});
