import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbeFile } from '../../src/probing/index.js';
import {
  attribute,
  BOOL,
  FLOAT,
  FLOAT16,
  floats,
  graph,
  INT64,
  ints,
  message,
  node,
  sequenceOfMaps,
  tensor,
  textAttribute,
  UINT8,
  value,
} from './support/encode-onnx.js';
import { ownFunction } from './support/hostile-models.js';
import { expectedLogits, type MadeOptions, meanColor, meanColorGraph } from './support/made-models.js';
import { COLORS, expectRows, plainProbes, runModel } from './support/run-model.js';

let probes: ProbeFile[];
const expected = COLORS.map((color) => expectedLogits(color.map((x) => x / 255)));

beforeAll(async () => {
  probes = await plainProbes();
});

const ANSWER = [value('answer', FLOAT, ['N', 4])];
type Tail = NonNullable<MadeOptions['tail']>;
type Case = [tail: string, nodes: Uint8Array[], more?: Partial<Tail>, options?: MadeOptions];

const scalar = (name: string, x: number) => floats(name, [], [x]);
const half = (operator: string, from: string, to: string, constant: string) =>
  node(operator, [from, constant], [to]);

/** A function of the model with one node. */
const activation = (operator: string) =>
  ownFunction(
    'Head',
    [node(operator, ['i'], ['o'])],
    [
      [4, 'i'],
      [5, 'o'],
      [
        9,
        message([
          [1, ''],
          [2, 18],
        ]),
      ],
    ],
  );

const SOFTMAX = node('Softmax', ['logits'], ['p']);
const SIGMOID = node('Sigmoid', ['logits'], ['p']);
const UNIT = [floats('unit', [], [1 / 255]), tensor('zero', UINT8, [], Uint8Array.of(0))];

const SOFTMAXES: Case[] = [
  ['exp of log-softmax', [node('LogSoftmax', ['logits'], ['l']), node('Exp', ['l'], ['answer'])]],
  [
    'log of clipped softmax',
    [SOFTMAX, node('Clip', ['p', 'low'], ['c']), node('Log', ['c'], ['answer'])],
    { initializers: [scalar('low', 1e-7)] },
  ],
  [
    'softmax and clip',
    [SOFTMAX, node('Clip', ['p', 'low', 'high'], ['answer'])],
    { initializers: [scalar('low', 1e-7), scalar('high', 1 - 1e-7)] },
  ],
  ['softmax in percent', [SOFTMAX, half('Mul', 'p', 'answer', 'k')], { initializers: [scalar('k', 100)] }],
  [
    'softmax divided by a hundredth',
    [SOFTMAX, half('Div', 'p', 'answer', 'k')],
    { initializers: [scalar('k', 0.01)] },
  ],
  [
    'softmax over another axis, transposed',
    [
      node('Reshape', ['logits', 'form'], ['l4']),
      node('Softmax', ['l4'], ['p'], [attribute('axis', 3)]),
      node('Transpose', ['p'], ['answer'], [attribute('perm', [0, 3, 1, 2])]),
    ],
    { outputs: [value('answer', FLOAT, ['N', 4, 1, 1])], initializers: [ints('form', [-1, 1, 1, 4])] },
  ],
  [
    'shifted softmax in pieces, with a reciprocal',
    [
      node('ReduceMax', ['logits'], ['m'], [attribute('axes', [1])]),
      node('Sub', ['logits', 'm'], ['s']),
      node('Exp', ['s'], ['e']),
      node('ReduceSum', ['e', 'axes'], ['sum']),
      node('Reciprocal', ['sum'], ['r']),
      node('Mul', ['e', 'r'], ['answer']),
    ],
    { initializers: [ints('axes', [1])] },
  ],
  [
    'softmax between quantizers',
    [
      SOFTMAX,
      node('QuantizeLinear', ['p', 'unit', 'zero'], ['q']),
      node('DequantizeLinear', ['q', 'unit', 'zero'], ['answer']),
    ],
    { initializers: UNIT },
  ],
  [
    'softmax as uint8',
    [SOFTMAX, node('QuantizeLinear', ['p', 'unit', 'zero'], ['answer'])],
    { outputs: [value('answer', UINT8, ['N', 4])], initializers: UNIT },
  ],
  [
    'softmax in a function of the model',
    [node('Head', ['logits'], ['answer'], [], 'own')],
    {},
    { opset: 18, domains: ['own'], functions: [activation('Softmax')] },
  ],
  ['hardmax', [node('Hardmax', ['logits'], ['answer'])]],
  [
    'the two highest of a softmax',
    [SOFTMAX, node('TopK', ['p', 'two'], ['answer', 'ids'])],
    {
      outputs: [value('answer', FLOAT, ['N', 2]), value('ids', INT64, ['N', 2])],
      initializers: [ints('two', [2])],
    },
  ],
];

const SIGMOIDS: Case[] = [
  ['sigmoid', [node('Sigmoid', ['logits'], ['answer'])]],
  [
    'sigmoid, an axis and a transposition',
    [
      SIGMOID,
      node('Unsqueeze', ['p', 'last'], ['u']),
      node('Transpose', ['u'], ['answer'], [attribute('perm', [0, 2, 1])]),
    ],
    { outputs: [value('answer', FLOAT, ['N', 1, 4])], initializers: [ints('last', [2])] },
  ],
  [
    '1 / (1 + exp(−x))',
    [
      node('Neg', ['logits'], ['n']),
      node('Exp', ['n'], ['e']),
      half('Add', 'e', 'a', 'one'),
      node('Reciprocal', ['a'], ['answer']),
    ],
    { initializers: [scalar('one', 1)] },
  ],
  [
    'exp(x) / (1 + exp(x))',
    [node('Exp', ['logits'], ['e']), half('Add', 'e', 'a', 'one'), node('Div', ['e', 'a'], ['answer'])],
    { initializers: [scalar('one', 1)] },
  ],
  [
    '(1 + tanh(x / 2)) / 2',
    [
      half('Mul', 'logits', 'h', 'half'),
      node('Tanh', ['h'], ['t']),
      half('Mul', 't', 'g', 'half'),
      half('Add', 'g', 'answer', 'half'),
    ],
    { initializers: [scalar('half', 0.5)] },
  ],
  [
    'sigmoid in a function of the model',
    [node('Head', ['logits'], ['answer'], [], 'own')],
    {},
    { opset: 18, domains: ['own'], functions: [activation('Sigmoid')] },
  ],
];

function made([, nodes, more, options]: Case): Uint8Array {
  return meanColor({ ...options, tail: { nodes, outputs: ANSWER, ...more } });
}

describe('the end of a graph', () => {
  it.each(SOFTMAXES)('%s is cut to the logits', async (...tail) => {
    const { rows, inspected } = await runModel(made(tail), probes);
    expect(inspected).toMatchObject({
      responseKind: 'LOGITS',
      multiLabel: false,
      output: { name: expect.stringMatching(/^l/) },
    });
    expect(inspected.notes.join()).toMatch(/instead/);
    expectRows(rows, expected);
  });

  it.each(SIGMOIDS)('%s is cut to the logits of a multi-label model', async (...tail) => {
    const { rows, inspected } = await runModel(made(tail), probes);
    expect(inspected).toMatchObject({ responseKind: 'LOGITS', multiLabel: true });
    expect(inspected.notes.join()).toMatch(/independent labels \(multi-label\)/);
    expectRows(rows, expected);
  });

  it('a softmax without its first class is cut to the logits of the others', async () => {
    const tail = {
      nodes: [SOFTMAX, node('Slice', ['p', 'from', 'to', 'axis'], ['answer'])],
      outputs: [value('answer', FLOAT, ['N', 3])],
      initializers: [ints('from', [1]), ints('to', [4]), ints('axis', [1])],
    };
    const { rows, inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected.responseKind).toBe('LOGITS');
    expectRows(
      rows,
      expected.map((row) => row.slice(1)),
    );
  });

  it('one class of a softmax says more than its logit, so its probability is used', async () => {
    const tail = {
      nodes: [SOFTMAX, node('Gather', ['p', 'second'], ['answer'], [attribute('axis', 1)])],
      outputs: [value('answer', FLOAT, ['N', 1])],
      initializers: [ints('second', [1])],
    };
    const { rows, inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected).toMatchObject({ responseKind: 'SIGMOIDS_UNCUT', multiLabel: false });
    const sums = expected.map((row) => row.reduce((sum, x) => sum + Math.exp(x), 0));
    expectRows(
      rows,
      expected.map(([, x], n) => [Math.exp(x) / sums[n]]),
    );
  });

  it('a decreasing operator is not cut: 1 − p is another class than p', async () => {
    const tail = {
      nodes: [SIGMOID, node('Sub', ['one', 'p'], ['answer'])],
      outputs: ANSWER,
      initializers: [scalar('one', 1)],
    };
    const { rows, inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected.output.name).toBe('answer');
    expect(rows[0][0]).toBeCloseTo(1 / (1 + Math.exp(expected[0][0])));
  });

  it('a sigmoid of one output, squeezed to [N], is one logit', async () => {
    const tail = {
      nodes: [
        node('MatMul', ['logits', 'w'], ['one']),
        node('Sigmoid', ['one'], ['p']),
        node('Squeeze', ['p', 'axis'], ['answer']),
      ],
      outputs: [value('answer', FLOAT, ['N'])],
      initializers: [floats('w', [4, 1], [1, 0, 0, 0]), ints('axis', [1])],
    };
    const { rows, inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected).toMatchObject({
      responseKind: 'LOGITS',
      multiLabel: false,
      output: { name: 'one', outputs: 1 },
    });
    expectRows(
      rows,
      expected.map(([x]) => [x]),
    );
  });

  it.each([
    ['LOGITS', 'a weighted sum', 'Gather', 'logits'],
    ['LOGITS', 'pixels themselves', 'Gather', 'pixels'],
    ['UNKNOWN', 'anything else', 'Erf', 'logits'],
  ])('%s: without a normalization, when outputs are %s', async (responseKind, _, operator, from) => {
    const isChoice = operator === 'Gather';
    const answer = isChoice
      ? node('Gather', [from, 'some'], ['answer'], [attribute('axis', 1)])
      : node(operator, [from], ['answer']);
    const tail = {
      nodes: [node('Flatten', ['image'], ['pixels']), answer],
      outputs: ANSWER,
      initializers: [ints('some', [0, 1, 2, 3])],
    };
    const { inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected).toMatchObject({ responseKind, output: { outputs: 4 } });
  });

  it('a softmax over one output is never the constant 1', async () => {
    const tail = {
      nodes: [node('MatMul', ['logits', 'w'], ['one']), node('Softmax', ['one'], ['answer'])],
      outputs: [value('answer', FLOAT, ['N', 1])],
      initializers: [floats('w', [4, 1], [1, 0, 0, 0])],
    };
    const { rows, inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected.notes.join()).toMatch(/softmax over one output, which is always 1/);
    expect(rows[0][0]).toBeCloseTo(expected[0][0]);
  });

  it('a quantized sigmoid that cannot be cut says that its outputs are sigmoids', async () => {
    const tail = {
      nodes: [
        node('QuantizeLinear', ['logits', 'tenth', 'middle'], ['q']),
        node('QLinearSigmoid', ['q', 'tenth', 'middle', 'unit', 'zero'], ['s'], [], 'com.microsoft'),
        node('DequantizeLinear', ['s', 'unit', 'zero'], ['answer']),
      ],
      outputs: ANSWER,
      initializers: [scalar('tenth', 0.1), tensor('middle', UINT8, [], Uint8Array.of(128)), ...UNIT],
    };
    const { rows, inspected } = await runModel(meanColor({ tail, domains: ['com.microsoft'] }), probes);
    expect(inspected).toMatchObject({ responseKind: 'SIGMOIDS_UNCUT', multiLabel: true });
    expect(rows[0][0]).toBeCloseTo(1 / (1 + Math.exp(-expected[0][0])), 1);
  });

  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
  const HALVES = [
    node('Split', ['p', 'sizes'], ['left', 'right'], [attribute('axis', 1)]),
    node('Concat', ['left', 'right'], ['joined'], [attribute('axis', 1)]),
  ];
  const averaged = [
    SIGMOID,
    half('Add', 'logits', 'other', 'one'),
    node('Sigmoid', ['other'], ['p2']),
    node('Add', ['p', 'p2'], ['sum']),
    half('Mul', 'sum', 'answer', 'half'),
  ];
  const HARD = [half('Add', 'logits', 'a', 'three'), node('Clip', ['a', 'zero', 'six'], ['c'])];
  const hard = (x: number) => Math.min(Math.max(x + 3, 0), 6) / 6;
  const QUANTIZED = [
    node('QuantizeLinear', ['logits', 'tenth', 'middle'], ['q']),
    node('QLinearSigmoid', ['q', 'tenth', 'middle', 'unit', 'none'], ['s'], [], 'com.microsoft'),
  ];
  const either = (nodes: Uint8Array[]) => {
    const branch = graph({ nodes, inputs: [], outputs: [value('chosen', FLOAT, ['N', 4])] });
    const branches = ['then_branch', 'else_branch'].map((name) => attribute(name, { graph: branch }));
    return node('If', ['yes'], ['answer'], branches);
  };
  it.each<[string, Uint8Array[], (x: number) => number]>([
    ['joined heads', [SIGMOID, ...HALVES, node('Identity', ['joined'], ['answer'])], sigmoid],
    ['joined heads in percent', [SIGMOID, ...HALVES, half('Mul', 'joined', 'answer', 'hundred')], sigmoid],
    ['an average of two models', averaged, (x) => (sigmoid(x) + sigmoid(x + 1)) / 2],
    ['1 − p', [SIGMOID, node('Sub', ['one', 'p'], ['answer'])], (x) => 1 - sigmoid(x)],
    ['p · p', [SIGMOID, node('Mul', ['p', 'p'], ['answer'])], (x) => sigmoid(x) ** 2],
    ['a power of p', [SIGMOID, node('Pow', ['p', 'three'], ['answer'])], (x) => sigmoid(x) ** 3],
    ['the root of p', [SIGMOID, node('Sqrt', ['p'], ['answer'])], (x) => Math.sqrt(sigmoid(x))],
    ['p before averaging weights', [SIGMOID, node('MatMul', ['p', 'unitary'], ['answer'])], sigmoid],
    [
      'such weights and a bias',
      [SIGMOID, node('Gemm', ['p', 'shrunk', 'offset'], ['answer'])],
      (x) => sigmoid(x) / 2 + 0.25,
    ],
    ['a hard sigmoid written out', [...HARD, half('Div', 'c', 'answer', 'six')], hard],
    [
      'the same in percent, but not by the last operator',
      [...HARD, half('Mul', 'c', 'd', 'sixth'), node('Max', ['d', 'zero'], ['answer'])],
      hard,
    ],
    [
      'a branch that hides the sigmoid',
      [either([node('Neg', ['logits'], ['n']), node('Sigmoid', ['n'], ['chosen'])])],
      (x) => sigmoid(-x),
    ],
    [
      'a branch with powers of p',
      [SIGMOID, either([node('Mul', ['p', 'p'], ['chosen'])])],
      (x) => sigmoid(x) ** 2,
    ],
  ])('probabilities by construction are known as such, however few they are: %s', async (_, nodes, made) => {
    const numbers = { zero: 0, half: 0.5, one: 1, three: 3, six: 6, sixth: 100 / 6, hundred: 100 };
    const diagonal = (x: number) => Array.from({ length: 16 }, (_, at) => (at % 5 === 0 ? x : 0));
    const initializers = [
      ints('sizes', [2, 2]),
      ...Object.entries(numbers).map(([name, x]) => scalar(name, x)),
      floats('unitary', [4, 4], diagonal(1)),
      floats('shrunk', [4, 4], diagonal(0.5)),
      floats('offset', [4], [0.25, 0.25, 0.25, 0.25]),
      tensor('yes', BOOL, [1], Uint8Array.of(1)),
    ];
    const { rows, inspected } = await runModel(
      meanColor({ tail: { nodes, outputs: ANSWER, initializers } }),
      probes,
    );
    expect(inspected).toMatchObject({ responseKind: 'SIGMOIDS_UNCUT', multiLabel: true });
    const percent = rows.flat().some((value) => value > 1) ? 100 : 1;
    expectRows(
      rows.map((row) => row.map((value) => value / percent)),
      expected.map((row) => row.map(made)),
    );
  });

  it('a quantized sigmoid that is scaled before it is joined is known as one', async () => {
    const percent = ['s', 'unit', 'none', 'hundred', 'hundredth', 'none', 'share', 'none'];
    const tail = {
      nodes: [
        ...QUANTIZED,
        node('QLinearMul', percent, ['m'], [], 'com.microsoft'),
        node('DequantizeLinear', ['m', 'share', 'none'], ['answer']),
      ],
      outputs: ANSWER,
      initializers: [
        ...[
          scalar('tenth', 0.1),
          scalar('unit', 1 / 255),
          scalar('share', 100 / 255),
          scalar('hundredth', 1),
        ],
        ...[tensor('middle', UINT8, [], Uint8Array.of(128)), tensor('none', UINT8, [], Uint8Array.of(0))],
        tensor('hundred', UINT8, [], Uint8Array.of(100)),
      ],
    };
    const { inspected } = await runModel(meanColor({ tail, domains: ['com.microsoft'] }), probes);
    expect(inspected).toMatchObject({ responseKind: 'SIGMOIDS_UNCUT', multiLabel: true });
  });

  it('an average of two softmaxes is known as probabilities', async () => {
    const nodes = [
      SOFTMAX,
      half('Mul', 'logits', 'other', 'half'),
      node('Softmax', ['other'], ['p2']),
      node('Mean', ['p', 'p2'], ['answer']),
    ];
    const tail = { nodes, outputs: ANSWER, initializers: [scalar('half', 0.5)] };
    const { inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected).toMatchObject({ responseKind: 'PROBABILITIES_UNCUT', multiLabel: false });
  });

  it.each(['Softmax', 'Sigmoid'])('a %s in both branches is cut to the logits outside', async (operator) => {
    const tail = {
      nodes: [either([node(operator, ['logits'], ['chosen'])])],
      outputs: ANSWER,
      initializers: [tensor('yes', BOOL, [1], Uint8Array.of(1))],
    };
    const { rows, inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected).toMatchObject({ responseKind: 'LOGITS', multiLabel: operator === 'Sigmoid' });
    expectRows(rows, expected);
  });

  it.each<[string, 'LOGITS' | 'UNKNOWN', boolean]>([
    ['that are known and may be negative', 'LOGITS', false],
    ['that cannot be read', 'UNKNOWN', true],
  ])('sigmoids inside a network, before weights %s: %s', async (_, responseKind, isHalf) => {
    const weights = Array.from({ length: 16 }, (_, at) => (at % 3) - 1);
    const tail = {
      nodes: [
        SIGMOID,
        ...(isHalf ? [node('Cast', ['w16'], ['w'], [attribute('to', FLOAT)])] : []),
        node('MatMul', ['p', 'w'], ['answer']),
      ],
      outputs: ANSWER,
      initializers: [
        isHalf
          ? tensor('w16', FLOAT16, [4, 5], new Uint16Array(20).fill(0x3000))
          : floats('w', [4, 4], weights),
      ],
    };
    const outputs = isHalf ? [value('answer', FLOAT, ['N', 5])] : ANSWER;
    const { inspected } = await runModel(meanColor({ tail: { ...tail, outputs } }), probes);
    expect(inspected).toMatchObject({ responseKind, multiLabel: false });
  });

  it('p and 1 − p side by side are two classes', async () => {
    const nodes = [
      node('MatMul', ['logits', 'first'], ['x']),
      node('Sigmoid', ['x'], ['p']),
      node('Sub', ['one', 'p'], ['q']),
      node('Concat', ['q', 'p'], ['answer'], [attribute('axis', 1)]),
    ];
    const tail = {
      nodes,
      outputs: [value('answer', FLOAT, ['N', 2])],
      initializers: [floats('first', [4, 1], [1, 0, 0, 0]), scalar('one', 1)],
    };
    const { inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected).toMatchObject({ responseKind: 'PROBABILITIES_UNCUT', multiLabel: false });
  });

  it('gates are no sigmoids of classes', async () => {
    const tail = {
      nodes: [SIGMOID, node('Mul', ['logits', 'p'], ['answer'])],
      outputs: ANSWER,
      initializers: [],
    };
    const { inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected).toMatchObject({ responseKind: 'UNKNOWN', multiLabel: false });
  });

  it('the sigmoid that an optimized graph has fused into its last layer is seen', async () => {
    const tail = {
      nodes: [
        node(
          'FusedGemm',
          ['logits', 'unit'],
          ['answer'],
          [textAttribute('activation', 'Sigmoid')],
          'com.microsoft',
        ),
      ],
      outputs: ANSWER,
      initializers: [floats('unit', [4, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1])],
    };
    const { rows, inspected } = await runModel(meanColor({ tail, domains: ['com.microsoft'] }), probes);
    expect(inspected).toMatchObject({ responseKind: 'SIGMOIDS_UNCUT', multiLabel: true });
    expectRows(
      rows,
      expected.map((row) => row.map(sigmoid)),
    );
  });

  it('the scores of a ZipMap are read before it, with its labels', async () => {
    const names = ['a', 'b', 'c', 'd'];
    const tail = {
      nodes: [
        SOFTMAX,
        node('ZipMap', ['p'], ['maps'], [textAttribute('classlabels_strings', names)], 'ai.onnx.ml'),
      ],
      outputs: [sequenceOfMaps('maps')],
    };
    const { rows, inspected } = await runModel(meanColor({ tail, domains: ['ai.onnx.ml'] }), probes);
    expect(inspected).toMatchObject({
      responseKind: 'LOGITS',
      output: { name: 'logits' },
      labels: [{ source: "The model's graph", labels: names }],
    });
    expectRows(rows, expected);
  });
});

/** Further heads that read the logits. */
const heads = (...shapes: [name: string, outputs: number][]): Tail => ({
  nodes: shapes.map(([name]) => node('MatMul', ['logits', `w-${name}`], [name])),
  outputs: shapes.map(([name, outputs]) => value(name, FLOAT, ['N', outputs])),
  initializers: shapes.map(([name, outputs], n) =>
    floats(
      `w-${name}`,
      [4, outputs],
      Array.from({ length: 4 * outputs }, (_, i) => ((i * 7 + n * 3) % 5) - 2),
    ),
  ),
});

describe('of several outputs', () => {
  it.each([
    [
      'the answer, not the heads that only training uses',
      'output',
      heads(['output', 3], ['aux1', 3], ['aux2', 3]),
    ],
    [
      'the sum of the heads, not its parts',
      'logits2',
      heads(['logits2', 3], ['cls_logits', 3], ['distillation_logits', 3]),
    ],
    ['the classes, not the features', 'probs', heads(['embedding', 8], ['probs', 3])],
    ['the classes, not a single value', 'gender', heads(['age', 1], ['gender', 2])],
  ])('%s are probed, and the others are noted', async (_, name, tail) => {
    const { inspected } = await runModel(meanColor({ tail }), probes);
    expect(inspected.output.name).toBe(name);
    expect(inspected.notes.filter((note) => /was left out/.test(note))).toHaveLength(tail.outputs.length - 1);
  });

  it.each([
    ['two heads of classes', heads(['age_group', 8], ['gender', 2])],
    ['three of one value', heads(['smile', 1], ['glasses', 1], ['hat', 1])],
  ])('%s are ambiguous, and all are named', async (_, tail) => {
    await expect(runModel(meanColor({ tail }), probes)).rejects.toMatchObject({
      code: 'MODEL_OUTPUT_AMBIGUOUS',
      details: { outputs: expect.any(Array) },
    });
  });

  it('the probabilities are probed, not the class number that is made from them', async () => {
    const tail = {
      nodes: [SOFTMAX, node('ArgMax', ['p'], ['label'], [attribute('axis', 1), attribute('keepdims', 0)])],
      outputs: [value('label', INT64, ['N']), value('p', FLOAT, ['N', 4])],
    };
    const { rows } = await runModel(meanColor({ tail }), probes);
    expectRows(rows, expected);
  });
});

describe('models that are no classifiers are refused by what they are', () => {
  const unit = {
    nodes: [
      ...heads(['raw', 8]).nodes,
      node('ReduceL2', ['raw'], ['length'], [attribute('axes', [1]), attribute('keepdims', 1)]),
      node('Div', ['raw', 'length'], ['answer']),
    ],
    outputs: [value('answer', FLOAT, ['N', 8])],
    initializers: heads(['raw', 8]).initializers,
  };
  const number = {
    nodes: [node('ArgMax', ['logits'], ['class'], [attribute('axis', 1)])],
    outputs: [value('class', INT64, ['N', 1])],
  };
  const map = { nodes: [node('Relu', ['image'], ['mask'])], outputs: [value('mask', FLOAT, ['N', 3, 8, 8])] };
  it.each<[string, RegExp, MadeOptions]>([
    ['rows of length 1', /"answer".*is an embedding/, { tail: unit }],
    [
      'an output that is called an embedding',
      /"image_embeds".*is an embedding/,
      { tail: heads(['image_embeds', 8]) },
    ],
    ['class numbers', /number of the highest class \(ArgMax\).*int64/, { tail: number }],
    ['a map', /segmenter.*"mask" \[N, 3, 8, 8\]/, { tail: map }],
    ['boxes', /is a detector/, { tail: heads(['detection_scores', 4], ['detection_classes', 4]) }],
    ['a task of ultralytics', /is a detector/, { metadata: { task: 'detect' } }],
  ])('%s', async (_, message, options) => {
    await expect(runModel(meanColor(options), probes)).rejects.toMatchObject({
      code: 'MODEL_NO_LOGITS_OUTPUT',
      message: expect.stringMatching(message),
    });
  });
});

describe('a model whose answer to an image depends on its batch', () => {
  /** Divides by the sum over the batch. */
  const tail = {
    nodes: [
      node('ReduceMax', ['logits'], ['high'], [attribute('axes', [0]), attribute('keepdims', 1)]),
      node('Sub', ['logits', 'high'], ['answer']),
    ],
    outputs: ANSWER,
  };

  it('is run on one image at a time', async () => {
    const plain = meanColorGraph({ tail });
    const { rows, inspected } = await runModel(meanColor({ tail }), probes);
    expect(plain.nodes.length).toBeGreaterThan(0);
    expect(inspected.notes.join()).toMatch(/depends on the others in its batch.*one image at a time/);
    expectRows(
      rows,
      expected.map((row) => row.map(() => 0)),
    );
  });

  it('is refused when its batch size is fixed', async () => {
    await expect(runModel(meanColor({ tail, batch: 2 }), probes)).rejects.toMatchObject({
      code: 'MODEL_UNSUPPORTED',
      message: expect.stringMatching(/evaluation mode/),
    });
  });
});
