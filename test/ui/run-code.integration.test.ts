import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeFloat16, frameImage, parseNpyHeader } from '../../src/domain/index.js';
import { type ModelInput, type RunnableModel, readModelInput } from '../../ui/src/run-code/model-input.js';
import { nodeCode } from '../../ui/src/run-code/node-code.js';
import { pythonCode } from '../../ui/src/run-code/python-code.js';
import { DEMO, type DemoService, ingestDemoModel, openDemoService } from '../fixtures/demo-service.js';
import { requires, TEST_PYTHON } from '../fixtures/requires.js';

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const IMAGES = ['caltech-0000', 'caltech-0100', 'pets-0000'].map((name) => `${DEMO}probes/${name}.jpg`);
const run = promisify(execFile);
/** A million numbers. */
const MAX_BUFFER = 2 ** 26;

const base = { width: 40, height: 32, scale: 1 / 255, mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4] };
const color = { ...base, resample: 'BILINEAR', channelOrder: 'RGB', layout: 'NCHW' };
/** Every way to resize, round, filter and order. */
const DESCRIPTIONS: Record<string, object> = {
  'a cover': { ...color, resize: 'CROP' },
  'a cover, as timm': {
    ...color,
    resize: 'CROP',
    rounding: 'TORCHVISION',
    cropFraction: 0.9,
    resample: 'BICUBIC',
  },
  'a short edge': { ...color, resize: 'CROP', shortEdge: 45, channelOrder: 'BGR' },
  'a short edge, as torchvision': {
    ...color,
    resize: 'CROP',
    shortEdge: 45,
    rounding: 'TORCHVISION',
    resample: 'HAMMING',
  },
  'a short edge, as Paddle': { ...color, resize: 'CROP', shortEdge: 47, rounding: 'PADDLE', layout: 'NHWC' },
  'a short edge that is too small': { ...color, resize: 'CROP', shortEdge: 20, padColor: [1, 2, 3] },
  'both edges': { ...color, resize: 'STRETCH', resizeWidth: 50, resizeHeight: 41, resample: 'LANCZOS' },
  'a square first': { ...color, resize: 'CROP_FIRST', cropFraction: 0.8, resample: 'BOX' },
  borders: { ...color, resize: 'PAD', padColor: [127, 1, 2] },
  'borders, as timm': { ...color, resize: 'PAD', rounding: 'TORCHVISION' },
  'no resizing': { ...color, resize: 'NONE', width: 400, height: 90 },
  'nearest pixels': { ...color, resize: 'CROP', resample: 'NEAREST', channelOrder: 'BGR', layout: 'NHWC' },
  luminance: { ...color, resize: 'CROP', grayscale: true, mean: [0.5], std: [0.25], padColor: [9] },
};

const runnable = (description: object): RunnableModel => {
  const input = readModelInput(description) ?? expect.fail('not a description');
  return { input, output: null, givesProbabilities: false };
};

/** What the model gets, as src/domain/pixels makes it. */
async function expected(input: ModelInput, path: string): Promise<number[]> {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const {
    target,
    cropFraction,
    shortEdge,
    isGray: grayscale,
    resample: filter,
    isBgr,
    isChannelsLast,
  } = input;
  const { width, height, resize, rounding, padColor, scale, mean, std } = input;
  const size = { resizeWidth: target.width, resizeHeight: target.height };
  const { data: pixels } = frameImage(
    { data, width: info.width, height: info.height, channels: 3 },
    { width, height, resize, shortEdge, ...size, cropFraction, rounding, padColor, filter, grayscale },
  );
  const channels = grayscale ? 1 : 3;
  const values = Array<number>(pixels.length);
  for (let at = 0; at < width * height; at++)
    for (let c = 0; c < channels; c++) {
      const channel = isBgr ? channels - 1 - c : c;
      const value = (pixels[at * channels + channel] * scale - mean[channel]) / std[channel];
      values[isChannelsLast ? at * channels + c : c * width * height + at] = value;
    }
  return values;
}

/** Runs code in a folder with a model, and returns what its last line printed. */
async function runNode(folder: string, code: string, last: string): Promise<unknown> {
  await writeFile(join(folder, 'code.mjs'), `${code.split('\nconst outputs = [')[0]}\n${last}\n`);
  const { stdout } = await run(process.execPath, ['code.mjs'], { cwd: folder, maxBuffer: MAX_BUFFER });
  return JSON.parse(stdout);
}
async function runPython(folder: string, code: string, last: string): Promise<unknown> {
  await writeFile(join(folder, 'code.py'), `${code.split('\n\nif __name__')[0]}\n\n${last}\n`);
  const { stdout } = await run(TEST_PYTHON, ['code.py'], { cwd: folder, maxBuffer: MAX_BUFFER });
  return JSON.parse(stdout);
}

const HAS_PYTHON = requires('onnxruntime');
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'probelog-run-code-'));
  await symlink(MODULES, join(folder, 'node_modules'));
  await writeFile(join(folder, 'model.onnx'), await readFile(join(DEMO, 'models/cifar10_resnet20.onnx')));
});

afterAll(() => rm(folder, { recursive: true }));

describe.each(Object.entries(DESCRIPTIONS))('the pixels of %s', (_name, description) => {
  const model = runnable(description);

  it('are those of ProbeLog in Node, to the last bit', async () => {
    const last = `const all = [];
for (const path of ${JSON.stringify(IMAGES)}) all.push([...(await prepare(path)).data]);
console.log(JSON.stringify(all));`;
    const found = (await runNode(folder, nodeCode(model), last)) as number[][];
    for (const [place, path] of IMAGES.entries())
      expect(found[place]).toEqual((await expected(model.input, path)).map(Math.fround));
  });

  it.runIf(HAS_PYTHON)('are those of ProbeLog in Python, but for the decoder of JPEG', async () => {
    const last = `import json
print(json.dumps([prepare(path).ravel().tolist() for path in ${JSON.stringify(IMAGES)}]))`;
    const found = (await runPython(folder, pythonCode(model), last)) as number[][];
    for (const [place, path] of IMAGES.entries()) {
      const wanted = await expected(model.input, path);
      expect(found[place]).toHaveLength(wanted.length);
      const steps = found[place].map((value, i) => Math.abs(value - wanted[i]) * 255 * 0.4);
      expect(steps.reduce((a, b) => a + b) / steps.length).toBeLessThan(0.1);
    }
  });
});

describe('the responses', () => {
  let demo: DemoService;
  beforeAll(async () => {
    demo = await openDemoService();
  });
  afterAll(() => demo.close());

  const MODELS = [
    // Its own output is what was probed.
    { name: 'cifar10_resnet20', isSoftmax: false },
    // It ends in a softmax.
    { name: 'mobilenet_v1_0.25_128', isSoftmax: true },
  ];
  const PROBES = 8;

  it.each(MODELS)('of $name are those that ProbeLog has', async ({ name, isSoftmax }) => {
    const { modelId } = await ingestDemoModel(demo, name);
    const { data } = await demo.ask(
      `query($id: ID!, $first: Int!) { model(id: $id) { preprocessing outputName codedNotes { code }
        probeSet { probes(first: $first) { edges { node { url } } } } } }`,
      { id: modelId, first: PROBES },
    );
    const { model } = data;
    const images = await Promise.all(
      model.probeSet.probes.edges.map(async ({ node }: { node: { url: string } }, place: number) => {
        const path = join(folder, `${name}-${place}.jpg`);
        await writeFile(path, Buffer.from(await (await fetch(demo.server.url + node.url)).arrayBuffer()));
        return path;
      }),
    );
    const models = join(folder, name);
    await mkdir(models, { recursive: true });
    await symlink(MODULES, join(models, 'node_modules'));
    await writeFile(join(models, 'model.onnx'), await readFile(join(DEMO, `models/${name}.onnx`)));
    const code = { ...runnable(model.preprocessing), output: null, givesProbabilities: isSoftmax };
    const found = {
      node: (await runNode(
        models,
        nodeCode(code),
        `const all = [];
for (const path of ${JSON.stringify(images)}) all.push([...(await run(path))]);
console.log(JSON.stringify(all));`,
      )) as number[][],
      ...(HAS_PYTHON && {
        python: (await runPython(
          models,
          pythonCode(code),
          `import json
print(json.dumps([run(path).tolist() for path in ${JSON.stringify(images)}]))`,
        )) as number[][],
      }),
    };
    const stored = await storedResponses(demo, modelId);
    for (const [language, responses] of Object.entries(found))
      for (const [probe, outputs] of responses.entries()) {
        const ours = stored.map((row) => row[probe]);
        const theirs = isSoftmax ? outputs.map(Math.log) : outputs;
        expect(correlation(theirs, ours), `${language}, probe ${probe}`).toBeGreaterThan(
          language === 'node' ? 0.9999 : 0.999,
        );
      }
  });
});

/** Responses as they are stored: one row for each output. */
async function storedResponses({ service }: DemoService, modelId: string): Promise<Float32Array[]> {
  const key = Buffer.from(modelId, 'base64url').toString().split(':')[1];
  const [model] = await service.store.models.byIds([key]);
  const bytes = await service.store.blobs.readAll(model.responsesDigest ?? expect.fail('not probed'));
  const { shape, dataOffset } = parseNpyHeader(bytes);
  const [rows, columns] = shape;
  const halves = new Uint16Array(
    bytes.buffer.slice(bytes.byteOffset + dataOffset, bytes.byteOffset + bytes.length),
  );
  return Array.from({ length: rows }, (_, row) =>
    decodeFloat16(halves.subarray(row * columns, (row + 1) * columns)),
  );
}

function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x: readonly number[], mx: number, y: readonly number[], my: number) =>
    x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return product(a, meanA, b, meanB) / Math.sqrt(product(a, meanA, a, meanA) * product(b, meanB, b, meanB));
}
