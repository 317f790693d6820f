import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbeFile } from '../../src/probing/index.js';
import {
  attribute,
  BFLOAT16,
  FLOAT,
  FLOAT64,
  floatAttribute,
  floats,
  INT8,
  INT32,
  INT64,
  ints,
  message,
  model,
  node,
  tensor,
  UINT8,
  value,
} from './support/encode-onnx.js';
import { expectedLogits, meanColor, meanColorGraph, WEIGHTS } from './support/made-models.js';
import { COLORS, codeOf, expectRows, plainProbes, runModel } from './support/run-model.js';

let probes: ProbeFile[];
const unit = COLORS.map((color) => color.map((x) => x / 255));
const expected = unit.map(expectedLogits);

beforeAll(async () => {
  probes = await plainProbes();
});

interface Ahead {
  nodes: Uint8Array[];
  /** Name of the tensor that the network reads. */
  image: string;
  initializers?: Uint8Array[];
  metadata?: Record<string, string>;
  producer?: string;
  opset?: number;
}

/** A classifier by mean color behind these nodes, with a free batch, or with the rows of a single image. */
function behind(input: Uint8Array, { nodes, image, initializers = [], ...options }: Ahead): Uint8Array {
  return model(
    {
      nodes: [
        ...nodes,
        node('GlobalAveragePool', [image], ['pooled']),
        node('Flatten', ['pooled'], ['flat']),
        node('MatMul', ['flat', 'weights'], ['logits']),
      ],
      inputs: [input],
      outputs: [value('logits', FLOAT, ['M', 4])],
      initializers: [floats('weights', [3, 4], WEIGHTS), ...initializers],
    },
    options,
  );
}

const scalar = (name: string, x: number) => floats(name, [], [x]);
const TO_NCHW = [attribute('perm', [0, 3, 1, 2])];

describe('an input', () => {
  it('without a batch takes one image at a time', async () => {
    const chw = behind(value('image', FLOAT, [3, 8, 8]), {
      nodes: [node('Unsqueeze', ['image', 'first'], ['batch'])],
      image: 'batch',
      initializers: [ints('first', [0])],
    });
    const { rows, inspected } = await runModel(chw, probes);
    expect(inspected.input).toMatchObject({ layout: 'NCHW', batch: 1, width: 8, height: 8, channels: 3 });
    expectRows(rows, expected);
  });

  it('without a batch may have its channels last, and answer with [C]', async () => {
    const hwc = model({
      nodes: [
        node('Cast', ['image'], ['float'], [attribute('to', FLOAT)]),
        node('ReduceMean', ['float'], ['mean'], [attribute('axes', [0, 1]), attribute('keepdims', 0)]),
        node('MatMul', ['mean', 'weights'], ['logits']),
      ],
      inputs: [value('image', UINT8, [8, 8, 3])],
      outputs: [value('logits', FLOAT, [4])],
      initializers: [floats('weights', [3, 4], WEIGHTS)],
    });
    const { rows, inspected } = await runModel(hwc, probes, { preprocessing: null });
    expect(inspected.input).toMatchObject({ layout: 'NHWC', batch: 1 });
    expectRows(rows, COLORS.map(expectedLogits), 2);
  });

  it.each([
    ['a free batch', 'N'],
    ['a batch of one', 1],
  ])('of [N, H, W] with %s has one channel', async (_, batch) => {
    const nhw = model({
      nodes: [
        node('Flatten', ['image'], ['flat']),
        node('ReduceMean', ['flat'], ['mean'], [attribute('axes', [1])]),
        node('MatMul', ['mean', 'w'], ['logits']),
      ],
      inputs: [value('image', FLOAT, [batch, 8, 8])],
      outputs: [value('logits', FLOAT, [batch, 2])],
      initializers: [floats('w', [1, 2], [1, -1])],
    });
    const gray = await plainProbes([
      [0, 0, 0],
      [255, 255, 255],
    ]);
    const { rows, inspected } = await runModel(nhw, gray, { preprocessing: null });
    expect(inspected.input.channels).toBe(1);
    expectRows(rows, [
      [0, 0],
      [1, -1],
    ]);
  });

  const anySize = ['n', 'a', 'b', 'c'];
  const firstConvolution = (channels: number) =>
    floats('kernel', [3, channels, 1, 1], Array(3 * channels).fill(1));

  it('of free dimensions has the channels of the first convolution', async () => {
    const gray = behind(value('image', FLOAT, anySize), {
      nodes: [node('Sub', ['image', 'half'], ['shifted']), node('Conv', ['shifted', 'kernel'], ['c'])],
      image: 'c',
      initializers: [scalar('half', 0.5), firstConvolution(1)],
    });
    const { inspected } = await runModel(gray, probes, { preprocessing: null });
    expect(inspected.input).toMatchObject({ channels: 1, layout: 'NCHW' });
  });

  it('of free dimensions has the layout that its first operators need', async () => {
    const nhwc = behind(value('image', FLOAT, anySize), {
      nodes: [node('Transpose', ['image'], ['t'], TO_NCHW), node('Conv', ['t', 'kernel'], ['c'])],
      image: 'c',
      initializers: [firstConvolution(3)],
    });
    const { inspected } = await runModel(nhwc, probes);
    expect(inspected.input).toMatchObject({ channels: 3, layout: 'NHWC' });
    expect(inspected.notes.join()).not.toMatch(/was assumed/);
  });

  it.each([
    ['float64', FLOAT64, expected],
    ['int32', INT32, COLORS.map(expectedLogits)],
  ])('of %s takes pixels of that type', async (type, code, wanted) => {
    const { rows, inspected } = await runModel(meanColor({ type: code }), probes);
    expect(inspected.input.type).toBe(type);
    expectRows(rows, wanted, 2);
  });

  it('of int8 takes pixels as the graph quantizes them', async () => {
    const quantized = behind(value('image', INT8, ['N', 3, 8, 8]), {
      nodes: [node('DequantizeLinear', ['image', 'step', 'zero'], ['float'])],
      image: 'float',
      initializers: [scalar('step', 1 / 255), tensor('zero', INT8, [], Int8Array.of(-128))],
    });
    const { rows, inspected } = await runModel(quantized, probes);
    expect(inspected.input.type).toBe('int8');
    expectRows(rows, expected);
  });

  it.each<[string, RegExp, Uint8Array]>([
    ['int8 that nothing explains', /"image" is int8/, value('image', INT8, ['N', 3, 8, 8])],
    ['int64', /"image" has the type int64/, value('image', INT64, ['N', 3, 8, 8])],
    ['four channels', /"image" has 4 channels/, value('image', FLOAT, ['N', 4, 8, 8])],
    ['no shape', /The shape of "image" is missing/, value('image', FLOAT)],
  ])('is refused with %s, by that', async (_, reason, input) => {
    const parts = { ...meanColorGraph({}), inputs: [input] };
    await expect(runModel(model(parts), probes)).rejects.toMatchObject({
      code: 'MODEL_NO_IMAGE_INPUT',
      message: expect.stringMatching(reason),
    });
  });

  it.each([
    ['keep_prob', /besides the image: "keep_prob"\. Export it with the image as its only input/],
    ['functional_1/normalization_1/Sub/y:0', /besides the image: .*Keras's own export .*--saved-model/],
  ])('besides the image is named: %s', async (name, reason) => {
    const parts = meanColorGraph({
      tail: { nodes: [node('Mul', ['logits', name], ['y'])], outputs: [value('y', FLOAT, ['N', 4])] },
    });
    const inputs = [...parts.inputs, value(name, FLOAT, [1])];
    await expect(runModel(model({ ...parts, inputs }), probes)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(reason),
    });
  });

  it('that nothing reads gets zeros, with a note, even where it could be an image', async () => {
    const parts = meanColorGraph({});
    const inputs = [value('folded', FLOAT, [1, 1, 1, 3]), ...parts.inputs, value('n', INT32, ['N'])];
    const { rows, inspected } = await runModel(model({ ...parts, inputs }), probes);
    expectRows(rows, expected);
    expect(inspected.notes).toContainEqual(expect.stringMatching(/^INPUT_UNUSED: .*"folded", "n"/));
  });
});

const NCHW = value('image', FLOAT, ['N', 3, 8, 8]);
const MEAN = [0.4, 0.5, 0.6];
const perChannel = (name: string, values: number[]) => floats(name, [1, 3, 1, 1], values);

describe('a normalization inside the graph', () => {
  it.each<[string, Ahead, number[][]]>([
    [
      '÷ 255',
      { nodes: [node('Div', ['image', 'k'], ['x'])], image: 'x', initializers: [scalar('k', 255)] },
      unit,
    ],
    [
      '÷ 127.5 − 1, of constants that are nodes',
      {
        nodes: [
          node('Constant', [], ['k'], [floatAttribute('value_float', 1 / 127.5)]),
          node('Constant', [], ['one'], [attribute('value', { tensor: scalar('', 1) })]),
          node('Mul', ['image', 'k'], ['scaled']),
          node('Sub', ['scaled', 'one'], ['x']),
        ],
        image: 'x',
      },
      unit.map((color) => color.map((x) => 2 * x - 1)),
    ],
    [
      'of 0..1 with mean and std',
      {
        nodes: [node('Sub', ['image', 'm'], ['s']), node('Div', ['s', 'd'], ['x'])],
        image: 'x',
        initializers: [perChannel('m', MEAN), perChannel('d', [0.2, 0.2, 0.2])],
      },
      unit.map((color) => color.map((x, c) => (x - MEAN[c]) / 0.2)),
    ],
    [
      'of an ImageScaler',
      {
        nodes: [
          node(
            'ImageScaler',
            ['image'],
            ['x'],
            [floatAttribute('scale', 1 / 255), floatAttribute('bias', [0, -1, -2])],
          ),
        ],
        image: 'x',
        opset: 9,
      },
      unit.map((color) => color.map((x, c) => x - c)),
    ],
  ])('%s is not done twice', async (_, ahead, wanted) => {
    const { rows, inspected } = await runModel(behind(NCHW, ahead), probes, { preprocessing: null });
    expect(inspected.preprocessing).toMatchObject({ mean: [0, 0, 0], std: [1, 1, 1] });
    expect(inspected.notes.join()).toMatch(/normalizes its images itself/);
    expectRows(rows, wanted.map(expectedLogits), 3);
  });

  const rescaling: Ahead = {
    nodes: [node('Mul', ['image', 'k'], ['scaled']), node('Sub', ['scaled', 'm'], ['x'])],
    image: 'x',
    initializers: [scalar('k', 1 / 255), perChannel('m', MEAN)],
  };

  it('that is also described is done once', async () => {
    const described = { preprocessing: { scale: 1 / 255, mean: MEAN, std: [1, 1, 1] } };
    const { rows, inspected } = await runModel(behind(NCHW, rescaling), probes, described);
    expect(inspected.notes.join()).toMatch(/already in the model/);
    expectRows(
      rows,
      unit.map((color) => expectedLogits(color.map((x, c) => x - MEAN[c]))),
      3,
    );
  });

  it('of a model from tf2onnx takes whole images, also with channels first', async () => {
    const stretched = behind(NCHW, { ...rescaling, producer: 'tf2onnx' });
    const { inspected } = await runModel(stretched, probes, { preprocessing: null });
    expect(inspected.preprocessing).toMatchObject({ resize: 'STRETCH' });
    const cropped = await runModel(behind(NCHW, rescaling), probes, { preprocessing: null });
    expect(cropped.inspected.preprocessing).toMatchObject({ resize: 'CROP' });
  });

  it('beside another one that is described is noted, and the description holds', async () => {
    const described = { preprocessing: { scale: 1, mean: [5], std: [1] } };
    const { inspected } = await runModel(behind(NCHW, rescaling), probes, described);
    expect(inspected.preprocessing).toMatchObject({ scale: 1, mean: [5, 5, 5] });
    expect(inspected.notes.join()).toMatch(/also normalizes its images itself/);
  });
});

it('a model of any size that resizes its images itself gets the whole image', async () => {
  const resizing = behind(value('image', UINT8, ['N', 3, 'height', 'width']), {
    nodes: [
      node('Cast', ['image'], ['float'], [attribute('to', FLOAT)]),
      node('Resize', ['float', '', '', 'sizes'], ['x']),
    ],
    image: 'x',
    initializers: [ints('sizes', [1, 3, 8, 16])],
  });
  const { inspected } = await runModel(resizing, probes, { preprocessing: null });
  expect(inspected.preprocessing).toMatchObject({ width: 16, height: 8, resize: 'STRETCH' });
  expect(inspected.notes.join()).toMatch(/resizes its images itself/);
});

describe("a model's metadata", () => {
  const notesOf = async (metadata: Record<string, string>, preprocessing: object | null = null) =>
    (await runModel(meanColor({ metadata }), probes, { preprocessing })).inspected.notes;

  it.each([
    [
      'an unknown range',
      { 'Image.NominalPixelRange': 'Normalized_2_2' },
      /Normalized_2_2, which is not known/,
    ],
    ['an unknown format', { 'Image.BitmapPixelFormat': 'Yuv8' }, /Yuv8, which is not known.*RGB/],
    ['gray', { 'Image.BitmapPixelFormat': 'Gray8' }, /Gray8, but the input has 3 channels, so RGB/],
    ['fields of another tool', { 'my.mean': '1,2,3', author: 'I' }, /my\.mean look like preprocessing/],
  ])('with %s is a note, never a silent default', async (_, metadata, message) => {
    const notes = await notesOf(metadata);
    expect(notes).toContainEqual(expect.stringMatching(/^PREPROCESSING_ASSUMED/));
    expect(notes.join()).toMatch(message);
  });

  it('of a description without mean and std say that these are the default', async () => {
    const assumed = async (preprocessing: object) =>
      (await notesOf({}, preprocessing)).filter((one) => one.startsWith('PREPROCESSING_ASSUMED')).join();
    expect(await assumed({ scale: 1 })).toMatch(/does not give mean, std,/);
    expect(await assumed({})).toMatch(/does not give scale, mean, std,/);
    expect(await assumed({ scale: 1, mean: [0], std: [1] })).toBe('');
  });

  it('with a color space, with labels of no form, or beside a description is a note too', async () => {
    expect((await notesOf({ 'Image.ColorSpaceGamma': 'Rec709' })).join()).toMatch(/COLOR_SPACE.*Rec709/);
    expect((await notesOf({ names: '{0: [1]}' })).join()).toMatch(/LABELS_LEFT_OUT.*names were not read/);
    const described = await notesOf({ 'Image.BitmapPixelFormat': 'Bgr8' }, { mean: [0], std: [1] });
    expect(described.join()).toMatch(/SOURCES_DISAGREE.*the metadata say channelOrder BGR instead of RGB/);
  });

  it("of ONNX's images give the order and the range of pixels", async () => {
    const metadata = { 'Image.BitmapPixelFormat': 'Bgr8', 'Image.NominalPixelRange': 'NominalRange_0_255' };
    const { rows, inspected } = await runModel(meanColor({ metadata }), probes, { preprocessing: null });
    expect(inspected.preprocessing).toMatchObject({ channelOrder: 'BGR', scale: 1, mean: [0, 0, 0] });
    expectRows(
      rows,
      COLORS.map((color) => expectedLogits([...color].reverse())),
      2,
    );
  });

  it('of ultralytics give labels, size and range', async () => {
    const metadata = {
      author: 'Ultralytics',
      task: 'classify',
      imgsz: '[32, 48]',
      names: `{0: 'tench', 1: "jack-o'-lantern", 2: 'great white', 3: 'hen'}`,
    };
    const free = meanColor({ metadata, size: 'edge' });
    const { rows, inspected } = await runModel(free, probes, { preprocessing: null });
    expect(inspected.labels).toEqual([
      {
        source: `The model's metadata "names"`,
        labels: ['tench', "jack-o'-lantern", 'great white', 'hen'],
      },
    ]);
    expect(inspected.input).toMatchObject({ width: 48, height: 32 });
    expect(inspected.preprocessing).toMatchObject({ resize: 'STRETCH', rounding: 'TORCHVISION' });
    const square = meanColor({ metadata: { ...metadata, imgsz: '[32, 32]' }, size: 'edge' });
    const theirs = { resize: 'CROP', shortEdge: 32, rounding: 'TORCHVISION' };
    // A description that does not say how images are cropped leaves that to them.
    for (const preprocessing of [null, { width: 32, height: 32, mean: [0], std: [1] }])
      expect((await runModel(square, probes, { preprocessing })).inspected.preprocessing).toMatchObject(
        theirs,
      );
    expectRows(rows, expected, 3);
  });

  it('give labels also when there is not one for each output', async () => {
    const { inspected } = await runModel(meanColor({ metadata: { classes: "{0: 'a', 2: 'c'}" } }), probes);
    expect(inspected.labels).toEqual([{ source: `The model's metadata "classes"`, labels: ['a', '', 'c'] }]);
  });
});

describe('a graph that ONNX Runtime cannot run says why', () => {
  it('by an old operator set', async () => {
    await expect(runModel(meanColor({ opset: 6 }), probes)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(/operator set 6.*7 or later/),
    });
  });

  it('by the type bfloat16', async () => {
    const tail = {
      nodes: [
        node('Cast', ['logits'], ['brief'], [attribute('to', BFLOAT16)]),
        node('MatMul', ['brief', 'w'], ['product']),
        node('Cast', ['product'], ['answer'], [attribute('to', FLOAT)]),
      ],
      outputs: [value('answer', FLOAT, ['N', 4])],
      initializers: [tensor('w', BFLOAT16, [4, 4], new Uint16Array(16))],
    };
    await expect(runModel(meanColor({ tail }), probes)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(/bfloat16/),
    });
  });

  it('by the layout of one CPU', async () => {
    const parts = meanColorGraph({
      tail: {
        nodes: [node('ReorderInput', ['image'], ['r'], [], 'com.microsoft.nchwc')],
        outputs: [value('logits', FLOAT, ['N', 4])],
      },
    });
    await expect(runModel(model(parts, { domains: ['com.microsoft.nchwc'] }), probes)).rejects.toMatchObject({
      message: expect.stringMatching(/without layout optimization/),
    });
  });
});

it('a quantized model whose scale depends on the batch is run on one image at a time', async () => {
  const tail = {
    nodes: [
      node('DynamicQuantizeLinear', ['logits'], ['q', 's', 'z']),
      node('DequantizeLinear', ['q', 's', 'z'], ['answer']),
    ],
    outputs: [value('answer', FLOAT, ['N', 4])],
  };
  const alone = await Promise.all(probes.map((probe) => runModel(meanColor({ tail }), [probe])));
  const { rows, inspected } = await runModel(meanColor({ tail }), probes);
  expect(inspected.notes.join()).toMatch(/one image at a time/);
  expect(rows).toEqual(alone.map((run) => run.rows[0]));
});

it('a constant with too many values for its shape is refused before it is read', async () => {
  const hostile = message([
    [1, 2],
    [2, FLOAT],
    [8, 'k'],
    [9, new Uint8Array(4)],
  ]);
  const parts = meanColorGraph({});
  const initializers = [...(parts.initializers ?? []), hostile];
  expect(await codeOf(runModel(model({ ...parts, initializers }), probes))).toBe('MODEL_MALFORMED');
});
