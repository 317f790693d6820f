import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbeFile } from '../../src/probing/index.js';
import {
  BOOL,
  FLOAT,
  FLOAT16,
  floats,
  INT64,
  ints,
  model,
  node,
  UINT8,
  value,
} from './support/encode-onnx.js';
import { expectedLogits, halfPrecision, meanColor, meanColorGraph } from './support/made-models.js';
import { COLORS, codeOf, expectRows, plainProbes, runModel } from './support/run-model.js';

let probes: ProbeFile[];
const expected = COLORS.map((color) => expectedLogits(color.map((x) => x / 255)));

beforeAll(async () => {
  probes = await plainProbes();
});

describe('the image input', () => {
  it('takes float32 in NCHW with a free batch', async () => {
    const { rows, inspected, announced } = await runModel(meanColor(), probes);
    expectRows(rows, expected);
    expect(inspected.input).toEqual({
      name: 'image',
      layout: 'NCHW',
      type: 'float32',
      width: 8,
      height: 8,
      channels: 3,
      batch: null,
    });
    expect(inspected.output).toEqual({ name: 'logits', outputs: 4 });
    expect(announced).toEqual(inspected);
  });

  it('takes NHWC', async () => {
    const { rows, inspected } = await runModel(meanColor({ layout: 'NHWC' }), probes);
    expectRows(rows, expected);
    expect(inspected.input.layout).toBe('NHWC');
  });

  it('takes uint8, whose pixels stay as they are', async () => {
    const { rows } = await runModel(meanColor({ layout: 'NHWC', type: UINT8 }), probes, {
      preprocessing: null,
    });
    expectRows(
      rows,
      COLORS.map((color) => expectedLogits(color)),
      2,
    );
  });

  it('takes and gives float16', async () => {
    const { rows, inspected } = await runModel(halfPrecision(), probes);
    expectRows(rows, expected, 2);
    expect(inspected.input.type).toBe('float16');
  });

  it('fills up the last batch of a model with a fixed one', async () => {
    const { rows, inspected, firsts } = await runModel(meanColor({ batch: 2 }), probes);
    expectRows(rows, expected);
    expect(inspected.input.batch).toBe(2);
    expect(firsts).toEqual([0, 2, 4]);
  });

  it('runs a model one image at a time that only says it takes more', async () => {
    const graph = meanColorGraph({
      tail: {
        nodes: [node('Reshape', ['logits', 'form'], ['answer'])],
        outputs: [value('answer', FLOAT, ['N', 4])],
      },
    });
    const { rows, inspected } = await runModel(
      model({ ...graph, initializers: [...(graph.initializers ?? []), ints('form', [1, 4])] }),
      probes,
    );
    expectRows(rows, expected);
    expect(inspected.notes.join()).toMatch(/one image at a time/);
  });

  it('takes 224 pixels, or the size given, where the model takes any', async () => {
    const any = meanColor({ size: 'edge' });
    const { inspected, rows } = await runModel(any, probes);
    expect([inspected.input.width, inspected.input.height]).toEqual([224, 224]);
    expect(inspected.notes.join()).toMatch(/224/);
    expectRows(rows, expected, 2);
    const given = await runModel(any, probes, {
      preprocessing: { width: 30, height: 31, mean: [0], std: [1] },
    });
    expect([given.inspected.input.width, given.inspected.input.height]).toEqual([30, 31]);
    // 30 × 31 is no multiple of four pixels: the slow loop.
    expectRows(given.rows, expected);
  });

  it('takes an input without a single fixed dimension, as Hugging Face exports have', async () => {
    const graph = meanColorGraph({});
    const inputs = [value('image', FLOAT, ['batch', 'num_channels', 'height', 'width'])];
    const { rows, inspected } = await runModel(model({ ...graph, inputs }), probes);
    expectRows(rows, expected, 2);
    expect(inspected.notes.join()).toMatch(/NCHW was assumed/);
  });

  it('does not take initializers among the graph inputs for inputs', async () => {
    const graph = meanColorGraph({});
    const inputs = [...graph.inputs, value('weights', FLOAT, [3, 4])];
    expectRows((await runModel(model({ ...graph, inputs }), probes)).rows, expected);
  });

  it('gives one channel to a model of luminance', async () => {
    const pooled = model({
      nodes: [
        node('GlobalAveragePool', ['image'], ['pooled']),
        node('Flatten', ['pooled'], ['flat']),
        node('MatMul', ['flat', 'w'], ['logits']),
      ],
      inputs: [value('image', FLOAT, ['N', 1, 8, 8])],
      outputs: [value('logits', FLOAT, ['N', 2])],
      initializers: [floats('w', [1, 2], [1, -1])],
    });
    const gray = await plainProbes([
      [0, 0, 0],
      [255, 255, 255],
      [128, 128, 128],
    ]);
    const { rows, inspected } = await runModel(pooled, gray, { preprocessing: null });
    expect(inspected.input.channels).toBe(1);
    expectRows(
      rows,
      [0, 1, 128 / 255].map((x) => [x, -x]),
      2,
    );
  });

  it('applies scale, mean, std and channel order', async () => {
    const mean = [0.1, 0.2, 0.3];
    const std = [0.5, 0.4, 0.2];
    const { rows } = await runModel(meanColor(), probes, {
      preprocessing: { mean, std, channelOrder: 'BGR' },
    });
    const wanted = COLORS.map((color) => color.map((x, c) => (x / 255 - mean[c]) / std[c]).reverse());
    expectRows(rows, wanted.map(expectedLogits), 3);
  });

  it('refuses a size that is not the model’s', async () => {
    const wrong = { preprocessing: { width: 9, height: 9 } };
    expect(await codeOf(runModel(meanColor(), probes, wrong))).toBe('PREPROCESSING_INVALID');
  });

  it.each([
    ['tokens', [value('tokens', INT64, ['N', 77])]],
    ['a vector', [value('image', FLOAT, ['N', 128])]],
    ['four channels', [value('image', FLOAT, ['N', 4, 8, 8])]],
    ['truth values', [value('image', BOOL, ['N', 3, 8, 8])]],
    ['nothing declared', [value('image')]],
  ])('refuses %s', async (_, inputs) => {
    const parts = { nodes: [node('Identity', ['image'], ['y'])], inputs, outputs: [value('y')] };
    expect(await codeOf(runModel(model(parts), probes))).toBe('MODEL_NO_IMAGE_INPUT');
  });

  it('refuses a model that wants more than images', async () => {
    const graph = meanColorGraph({});
    const inputs = [...graph.inputs, value('tokens', INT64, ['N', 77])];
    expect(await codeOf(runModel(model({ ...graph, inputs }), probes))).toBe('MODEL_UNSUPPORTED');
  });

  it('takes float16 in NHWC', async () => {
    const parts = meanColorGraph({ type: FLOAT16, layout: 'NHWC' });
    const { rows } = await runModel(model(parts), probes);
    expectRows(rows, expected, 2);
  });
});
