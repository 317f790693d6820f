import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ingestRequests } from '../../src/cli/options/ingest-requests.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-folder-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function filled(files: Record<string, string>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

const named = async (source = folder, flags = {}) =>
  (await ingestRequests([source], flags)).map(({ name, version, source: file }) => [name, version, file]);

describe('probelog ingest', () => {
  it('calls model.onnx after its folder, also from inside it', async () => {
    await filled({ 'model.onnx': '' });
    const before = process.cwd();
    // The path is relative, as in `cd folder && probelog ingest model.onnx`.
    process.chdir(folder);
    try {
      expect(await named('model.onnx')).toEqual([[basename(folder), '1', 'model.onnx']]);
      expect(await named('.')).toEqual([[basename(folder), '1', 'model.onnx']]);
    } finally {
      process.chdir(before);
    }
  });
});

describe('probelog ingest of a folder', () => {
  it.each([
    [
      'of a checkout from the Hub',
      ['config.json', 'onnx/model.onnx', 'onnx/model_quantized.onnx'],
      'onnx/model.onnx',
    ],
    ['of an export by optimum', ['config.json', 'preprocessor_config.json', 'model.onnx'], 'model.onnx'],
    [
      'of a checkout with quantized variants only',
      ['config.json', 'onnx/model_quantized.onnx', 'onnx/model_fp16.onnx'],
      'onnx/model_fp16.onnx',
    ],
    ['with one ONNX file of another name', ['README.md', 'resnet18.onnx'], 'resnet18.onnx'],
  ])('%s takes its model, by the name of the folder', async (_, names, file) => {
    await filled(Object.fromEntries(names.map((name) => [name, ''])));
    expect(await named()).toEqual([[basename(folder), '1', join(folder, file)]]);
    expect(await named(folder, { name: 'mine', version: '3' })).toEqual([['mine', '3', join(folder, file)]]);
  });

  it('of MLflow takes the model of its flavor onnx', async () => {
    await filled({
      MLmodel: 'flavors:\n  onnx:\n    data: model.onnx\n  python_function: {}\n',
      'model.onnx': '',
    });
    expect(await named()).toEqual([[basename(folder), '1', join(folder, 'model.onnx')]]);
    await filled({ MLmodel: 'flavors:\n  pytorch:\n    model_data: data\n' });
    await expect(named()).rejects.toMatchObject({
      code: 'SOURCE_UNSUPPORTED',
      message: expect.stringContaining('pytorch'),
    });
  });

  it('of a Triton model takes the newest version, by the name in config.pbtxt', async () => {
    const config = 'name: "animals"\nplatform: "onnxruntime_onnx"\ninput [ { name: "x" } ]\n';
    await filled({ 'config.pbtxt': config, '9/model.onnx': '', '10/model.onnx': '' });
    expect(await named()).toEqual([['animals', '10', join(folder, '10', 'model.onnx')]]);
  });

  it('of a Triton repository takes its models', async () => {
    await filled({
      'cats/config.pbtxt': '',
      'cats/1/model.onnx': '',
      'dogs/config.pbtxt': '',
      'dogs/2/model.onnx': '',
    });
    expect(await named()).toEqual([
      ['cats', '1', join(folder, 'cats', '1', 'model.onnx')],
      ['dogs', '2', join(folder, 'dogs', '2', 'model.onnx')],
    ]);
    await expect(named(folder, { name: 'one' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });

  it('of Triton is taken without a description, with the file that it names, and with model.onnx as a folder', async () => {
    await filled({
      'plain/3/model.onnx': '',
      'named/config.pbtxt': 'default_model_filename: "net.onnx"',
      'named/1/a.onnx': '',
      'named/1/net.onnx': '',
      'large/config.pbtxt': '',
      'large/1/model.onnx/model.onnx': '',
      'large/1/model.onnx/weights.data': '',
    });
    expect(await named()).toEqual([
      ['large', '1', join(folder, 'large', '1', 'model.onnx', 'model.onnx')],
      ['named', '1', join(folder, 'named', '1', 'net.onnx')],
      ['plain', '3', join(folder, 'plain', '3', 'model.onnx')],
    ]);
  });

  it('leaves out models that are not ONNX beside others, and says so', async () => {
    await filled({
      'ensemble/config.pbtxt': 'platform: "ensemble"',
      'ensemble/1/.keep': '',
      'net/MLmodel': 'flavors:\n  pytorch: {}\n',
      'cats/1/model.onnx': '',
    });
    const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    try {
      expect(await named()).toEqual([['cats', '1', join(folder, 'cats', '1', 'model.onnx')]]);
      const lines = said.mock.calls.map(([line]) => String(line)).join('');
      expect(lines).toMatch(/Left out: The Triton model in .*ensemble has no ONNX file/);
      expect(lines).toMatch(/Left out: The MLflow model in .*net has no flavor onnx, but pytorch/);
    } finally {
      said.mockRestore();
    }
  });

  it("in the cache of huggingface_hub has the repository's name and its commit", async () => {
    const commit = 'c0ffee'.padEnd(40, '0');
    const cache = join(folder, 'models--org--tiny-net');
    const file = `models--org--tiny-net/snapshots/${commit}/onnx/model.onnx`;
    await filled({ 'models--org--tiny-net/refs/main': commit, [file]: '' });
    const model = ['org/tiny-net', commit, join(folder, file)];
    for (const source of [cache, join(cache, 'snapshots', commit), join(folder, file), folder])
      expect(await named(source)).toEqual([model]);
  });

  it('without a model says what would be right', async () => {
    await filled({ 'weights.pt': '' });
    await expect(named()).rejects.toMatchObject({
      code: 'SOURCE_NOT_FOUND',
      message: expect.stringContaining('Export the model to ONNX'),
    });
  });

  it('with several models, or with folders of models, has them all', async () => {
    await filled({ 'a.onnx': '', 'b.onnx': '', 'b.txt': '' });
    expect(await named()).toEqual([
      ['a', '1', join(folder, 'a.onnx')],
      ['b', '1', join(folder, 'b.onnx')],
    ]);
    const zoo = join(folder, 'zoo');
    await filled({ 'zoo/vit/onnx/model.onnx': '', 'zoo/resnet/model.onnx': '', 'zoo/notes/read.me': '' });
    expect(await named(zoo)).toEqual([
      ['resnet', '1', join(zoo, 'resnet', 'model.onnx')],
      ['vit', '1', join(zoo, 'vit', 'onnx', 'model.onnx')],
    ]);
  });
});

describe('several sources', () => {
  it('are refused where two would have one name, and where flags describe one model', async () => {
    await filled({ 'a/model.onnx': '', 'b/a.onnx': '' });
    const both = [join(folder, 'a'), join(folder, 'b', 'a.onnx')];
    await expect(ingestRequests(both, {})).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      message: expect.stringContaining('would both be called a 1'),
    });
    await expect(ingestRequests(both, { name: 'x' })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
  });
});
