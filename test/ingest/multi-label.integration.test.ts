import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  FLOAT,
  floats,
  node,
  sequenceOfMaps,
  tensor,
  textAttribute,
  UINT8,
  value,
} from '../probing/support/encode-onnx.js';
import { type MadeOptions, meanColor } from '../probing/support/made-models.js';
import { openSmallService, type SmallService } from './support/small-service.js';

let small: SmallService;
beforeAll(async () => {
  small = await openSmallService();
});
afterAll(() => small.close());

/** Labels of the mean color, each with its own sigmoid: how red, and how bright an image is. */
const RED = [6, -3, -3];
const BRIGHT = [2, 2, 2];

/** A model of these labels, as it ends with `tail` behind the tensor "raw". */
function labels(weights: number[][], tail: NonNullable<MadeOptions['tail']>): Uint8Array {
  const outputs = weights.length;
  const transposed = [0, 1, 2].flatMap((channel) => weights.map((row) => row[channel]));
  return meanColor({
    domains: ['com.microsoft'],
    tail: {
      nodes: [node('MatMul', ['flat', 'labels'], ['raw']), ...tail.nodes],
      outputs: tail.outputs,
      initializers: [floats('labels', [3, outputs], transposed), ...(tail.initializers ?? [])],
    },
  });
}

const sigmoid = (outputs: number) => ({
  nodes: [node('Sigmoid', ['raw'], ['answer'])],
  outputs: [value('answer', FLOAT, ['N', outputs])],
});

async function ingested(model: Uint8Array) {
  const { state, errorMessage, modelId } = await small.ingest(model);
  expect(state, errorMessage ?? '').toBe('SUCCEEDED');
  const { models } = small.service.store;
  const [record] = await models.byIds([modelId]);
  if (!record) throw new Error('the model is gone');
  const descriptor = async (output: number) => {
    const found = await small.service.search.descriptor(record.probeSetId, modelId, output);
    return found ?? expect.fail();
  };
  return { record, labels: await models.labels(modelId), descriptor };
}

describe('a multi-label model', () => {
  it('has the descriptors that each label has in a model of its own, and says that it is one', async () => {
    const both = await ingested(labels([RED, BRIGHT], sigmoid(2)));
    expect(both.record).toMatchObject({ multiLabel: true, responseKind: 'LOGITS', logFloor: null });
    expect(both.record.notes.join()).toMatch(/independent labels \(multi-label\)/);
    for (const [output, weights] of [RED, BRIGHT].entries()) {
      const alone = await ingested(labels([weights], sigmoid(1)));
      expect(alone.record.multiLabel).toBe(false);
      expect(similarity(await both.descriptor(output), await alone.descriptor(0))).toBeGreaterThan(0.99);
    }
    expect(similarity(await both.descriptor(0), await both.descriptor(1))).toBeGreaterThan(-0.5);
  });

  it('whose sigmoids cannot be cut has log-odds, and states their floor', async () => {
    const cut = await ingested(labels([RED, BRIGHT], sigmoid(2)));
    const quantized = await ingested(
      labels([RED, BRIGHT], {
        nodes: [
          node('QuantizeLinear', ['raw', 'step', 'middle'], ['q']),
          node('QLinearSigmoid', ['q', 'step', 'middle', 'unit', 'zero'], ['s'], [], 'com.microsoft'),
          node('DequantizeLinear', ['s', 'unit', 'zero'], ['answer']),
        ],
        outputs: [value('answer', FLOAT, ['N', 2])],
        initializers: [
          floats('step', [], [0.1]),
          tensor('middle', UINT8, [], Uint8Array.of(128)),
          floats('unit', [], [1 / 255]),
          tensor('zero', UINT8, [], Uint8Array.of(0)),
        ],
      }),
    );
    expect(quantized.record).toMatchObject({ multiLabel: true, responseKind: 'LOGITS' });
    expect(quantized.record.notes.join()).toMatch(/log\(p \/ \(1 − p\)\)/);
    for (const output of [0, 1])
      expect(similarity(await quantized.descriptor(output), await cut.descriptor(output))).toBeGreaterThan(
        0.97,
      );
  });
});

it('labels that the model itself has are its labels', async () => {
  const { labels: found } = await ingested(
    meanColor({
      domains: ['ai.onnx.ml'],
      tail: {
        nodes: [
          node('Softmax', ['logits'], ['p']),
          node(
            'ZipMap',
            ['p'],
            ['maps'],
            [textAttribute('classlabels_strings', ['a', 'b', 'c', 'd'])],
            'ai.onnx.ml',
          ),
        ],
        outputs: [sequenceOfMaps('maps')],
      },
    }),
  );
  expect(found).toEqual(['a', 'b', 'c', 'd']);
});

function similarity(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, x, place) => sum + (x * b[place]) / a.length, 0);
}
