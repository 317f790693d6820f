import { beforeAll, describe, expect, it } from 'vitest';
import { descriptors } from '../../src/domain/index.js';
import type { ProbeFile } from '../../src/probing/index.js';
import { attribute, FLOAT, floats, INT64, ints, node, value } from './support/encode-onnx.js';
import { expectedLogits, type MadeOptions, meanColor } from './support/made-models.js';
import { COLORS, codeOf, expectRows, plainProbes, runModel } from './support/run-model.js';

let probes: ProbeFile[];
const expected = COLORS.map((color) => expectedLogits(color.map((x) => x / 255)));

beforeAll(async () => {
  probes = await plainProbes();
});

const ANSWER = [value('answer', FLOAT, ['N', 4])];

/** Ways in which classifiers end whose logits can be had. */
const CUTTABLE: [string, MadeOptions][] = [
  ['softmax', { tail: { nodes: [node('Softmax', ['logits'], ['answer'])], outputs: ANSWER } }],
  [
    'softmax of an undeclared shape',
    { tail: { nodes: [node('Softmax', ['logits'], ['answer'])], outputs: [value('answer')] } },
  ],
  [
    'softmax of operator set 11',
    {
      opset: 11,
      tail: { nodes: [node('Softmax', ['logits'], ['answer'], [attribute('axis', 1)])], outputs: ANSWER },
    },
  ],
  [
    'softmax behind identity and reshape',
    {
      tail: {
        nodes: [
          node('Softmax', ['logits'], ['p'], [attribute('axis', -1)]),
          node('Identity', ['p'], ['q']),
          node('Reshape', ['q', 'form'], ['answer']),
        ],
        outputs: ANSWER,
        initializers: [ints('form', [-1, 4])],
      },
    },
  ],
  ['log-softmax', { tail: { nodes: [node('LogSoftmax', ['logits'], ['answer'])], outputs: ANSWER } }],
  [
    'log of softmax',
    {
      tail: { nodes: [node('Softmax', ['logits'], ['p']), node('Log', ['p'], ['answer'])], outputs: ANSWER },
    },
  ],
  ['sigmoid', { tail: { nodes: [node('Sigmoid', ['logits'], ['answer'])], outputs: ANSWER } }],
  [
    'a softmax in pieces',
    {
      tail: {
        nodes: [
          node('Exp', ['logits'], ['e']),
          node('ReduceSum', ['e', 'axes'], ['s']),
          node('Div', ['e', 's'], ['answer']),
        ],
        outputs: ANSWER,
        initializers: [ints('axes', [1])],
      },
    },
  ],
  [
    'logits beside their softmax',
    {
      tail: {
        nodes: [node('Softmax', ['logits'], ['answer'])],
        outputs: [...ANSWER, value('logits', FLOAT, ['N', 4])],
      },
    },
  ],
];

describe('the output', () => {
  it.each(CUTTABLE)('is the logits where a model ends in %s', async (_, options) => {
    const { rows, inspected } = await runModel(meanColor(options), probes);
    expect(inspected.responseKind).toBe('LOGITS');
    expect(inspected.output.outputs).toBe(4);
    expectRows(rows, expected);
  });

  it('gives a model that ends in a softmax the descriptors of its twin that ends in logits', async () => {
    const twins = await Promise.all(
      [meanColor(), meanColor(CUTTABLE[3][1])].map((model) => runModel(model, probes)),
    );
    const [logits, softmax] = twins.map(({ rows }) => {
      const data = Float32Array.from([0, 1, 2, 3].flatMap((c) => rows.map((row) => row[c])));
      return descriptors({ rows: 4, columns: rows.length, data });
    });
    expect(softmax).toEqual(logits);
  });

  it('is not cut where the softmax runs over another axis', async () => {
    const tail = {
      nodes: [node('Softmax', ['logits'], ['answer'], [attribute('axis', 0)])],
      outputs: ANSWER,
    };
    const { inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected).toMatchObject({ responseKind: 'PROBABILITIES_UNCUT', output: { name: 'answer' } });
    expect(inspected.notes.join()).toMatch(/cannot be cut/);
  });

  it('may have trailing axes of length 1', async () => {
    const tail = {
      nodes: [node('Unsqueeze', ['logits', 'axes'], ['answer'])],
      outputs: [value('answer', FLOAT, ['N', 4, 1, 1])],
      initializers: [ints('axes', [2, 3])],
    };
    const { rows, inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected.output).toEqual({ name: 'answer', outputs: 4 });
    expect(rows[0]).toHaveLength(4);
  });

  it('may be a single column', async () => {
    const tail = {
      nodes: [node('MatMul', ['logits', 'w'], ['one'])],
      outputs: [value('one', FLOAT, ['N', 1])],
      initializers: [floats('w', [4, 1], [1, 0, 0, 0])],
    };
    const { rows } = await runModel(meanColor({ tail }), probes);
    expect(rows.map(([x]) => x.toFixed(3))).toEqual(expected.map(([x]) => x.toFixed(3)));
  });

  const twoHeads = {
    nodes: [node('MatMul', ['logits', 'w'], ['other'])],
    outputs: [value('logits', FLOAT, ['N', 4]), value('other', FLOAT, ['N', 2])],
    initializers: [floats('w', [4, 2], [1, 0, 0, 1, 0, 0, 0, 0])],
  };

  it('is the one called logits of several', async () => {
    expect((await runModel(meanColor({ tail: twoHeads }), probes)).inspected.output.name).toBe('logits');
  });

  it('is the one that the caller names', async () => {
    const run = await runModel(meanColor({ tail: twoHeads }), probes, { outputName: 'other' });
    expect(run.inspected.output).toEqual({ name: 'other', outputs: 2 });
    expect(await codeOf(runModel(meanColor({ tail: twoHeads }), probes, { outputName: 'third' }))).toBe(
      'MODEL_NO_LOGITS_OUTPUT',
    );
  });

  it('must be named when nothing tells several apart', async () => {
    const tail = {
      ...twoHeads,
      nodes: [...twoHeads.nodes, node('Add', ['logits', 'logits'], ['twice'])],
      outputs: [value('twice', FLOAT, ['N', 4]), value('other', FLOAT, ['N', 2])],
    };
    await expect(runModel(meanColor({ tail }), probes)).rejects.toMatchObject({
      code: 'MODEL_OUTPUT_AMBIGUOUS',
      message: expect.stringMatching(/"twice" \[N, 4\], "other" \[N, 2\]/),
    });
  });

  it('must be [N, C]', async () => {
    const tail = {
      nodes: [node('Relu', ['image'], ['map'])],
      outputs: [value('map', FLOAT, ['N', 3, 8, 8])],
    };
    await expect(runModel(meanColor({ tail }), probes)).rejects.toMatchObject({
      code: 'MODEL_NO_LOGITS_OUTPUT',
      message: expect.stringMatching(/"map" \[N, 3, 8, 8\]/),
    });
  });

  it('is not a class number', async () => {
    const tail = {
      nodes: [node('ArgMax', ['logits'], ['class'], [attribute('axis', 1)])],
      outputs: [value('class', INT64, ['N', 1])],
    };
    expect(await codeOf(runModel(meanColor({ tail }), probes))).toBe('MODEL_NO_LOGITS_OUTPUT');
  });

  it('is not of whole numbers, and its type is named', async () => {
    const tail = {
      nodes: [node('Cast', ['logits'], ['scores'], [attribute('to', INT64)])],
      outputs: [value('scores', INT64, ['N', 4])],
    };
    await expect(runModel(meanColor({ tail }), probes)).rejects.toMatchObject({
      code: 'MODEL_NO_LOGITS_OUTPUT',
      message: expect.stringMatching(/"scores" is int64\. Export .* in float32/),
    });
  });

  it('hands over NaN and constants as they are: the caller decides', async () => {
    const tail = {
      nodes: [node('Mul', ['logits', 'poison'], ['answer'])],
      outputs: ANSWER,
      initializers: [floats('poison', [4], [Number.NaN, 0, 1, Number.POSITIVE_INFINITY])],
    };
    const { rows } = await runModel(meanColor({ tail }), probes);
    for (const row of rows) {
      expect(row[0]).toBeNaN();
      expect(row[1]).toBeCloseTo(0);
      expect(row[2]).not.toBeNaN();
    }
  });
});
