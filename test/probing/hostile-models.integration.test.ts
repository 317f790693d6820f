import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbeFile } from '../../src/probing/index.js';
import { checkModel } from '../../src/probing/worker/onnx/check-model.js';
import { MODEL_LIMITS } from '../../src/probing/worker/onnx/limits.js';
import { readModel } from '../../src/probing/worker/onnx/read-model.js';
import {
  attribute,
  FLOAT,
  floats,
  graph,
  INT64,
  message,
  model,
  node,
  tensor,
  value,
} from './support/encode-onnx.js';
import {
  attributeWith,
  declaredAs,
  externalTensor,
  hidingPlaces,
  ownFunction,
  tensorType,
  tensorTypeContent,
  tensorWith,
  typePlaces,
  typesAround,
  withField,
  withGraph,
} from './support/hostile-models.js';
import { meanColor, meanColorGraph } from './support/made-models.js';
import { expectRows, plainProbes, runModel, temporaryFolder } from './support/run-model.js';

let probes: ProbeFile[];

beforeAll(async () => {
  probes = await plainProbes();
});

/** What the walk says about a file: its code and place, or that nothing is wrong. */
function verdict(file: Uint8Array): string {
  try {
    checkModel(readModel(file));
    return 'accepted';
  } catch (thrown) {
    const { code, details } = thrown as { code?: string; details?: { where?: string } };
    if (code === undefined) throw thrown;
    return details?.where === undefined ? code : `${code} at ${details.where}`;
  }
}

describe('data outside the model file', () => {
  it.each(hidingPlaces(externalTensor('weights.bin')))('is found in %s', (_, where, file) => {
    expect(verdict(file)).toBe(`MODEL_EXTERNAL_DATA at ${where}`);
  });

  it.each([
    'weights.bin',
    '/etc/passwd',
    '../../../../etc/passwd',
    'http://127.0.0.1/weights',
    'file:///etc/passwd',
    '\\\\server\\share\\weights',
    'C:\\weights.bin',
    '',
  ])('is refused wherever it is said to be: %s', (location) => {
    expect(verdict(withGraph({ initializers: [externalTensor(location)] }))).toBe(
      'MODEL_EXTERNAL_DATA at graph.initializer[1]',
    );
  });

  it('is refused before a file or an address that it names is touched', async () => {
    const connections: string[] = [];
    const server = createServer((socket) => {
      connections.push('connected');
      socket.destroy();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'weights.bin'), new Uint8Array(48));
    for (const location of [`http://127.0.0.1:${port}/w`, join(folder, 'weights.bin')]) {
      const file = withGraph({ initializers: [externalTensor(location)] });
      await expect(runModel(file, probes)).rejects.toMatchObject({ code: 'MODEL_EXTERNAL_DATA' });
    }
    server.close();
    expect(connections).toEqual([]);
  });

  it('is refused when only the place of the data says so', () => {
    const noEntry = message([
      [1, 1],
      [2, FLOAT],
      [8, 'w'],
      [14, 7],
    ]);
    expect(verdict(withGraph({ initializers: [noEntry] }))).toBe(
      'MODEL_EXTERNAL_DATA at graph.initializer[1]',
    );
  });
});

describe('a tensor whose data disagrees with its shape', () => {
  it.each(hidingPlaces(tensorWith([2, 2], FLOAT, [[9, new Uint8Array(15)]])))(
    'is found in %s',
    (_, where, file) => {
      expect(verdict(file)).toBe(`MODEL_MALFORMED at ${where}`);
    },
  );

  const packed = (count: number) => new Uint8Array(count).fill(1);
  it.each([
    ['too few bytes', [4], FLOAT, [[9, new Uint8Array(12)]]],
    ['too many bytes', [4], FLOAT, [[9, new Uint8Array(20)]]],
    ['no data', [4], FLOAT, []],
    [
      'data in two fields',
      [2],
      INT64,
      [
        [9, new Uint8Array(16)],
        [7, packed(2)],
      ],
    ],
    [
      'raw data twice',
      [2],
      INT64,
      [
        [9, new Uint8Array(16)],
        [9, new Uint8Array(16)],
      ],
    ],
    ['too few packed numbers', [3], INT64, [[7, packed(2)]]],
    [
      'too few single numbers',
      [3],
      INT64,
      [
        [7, 1],
        [7, 1],
      ],
    ],
    ['numbers in the field of another type', [2], INT64, [[5, packed(2)]]],
    ['an odd number of half bytes', [5], 22, [[9, new Uint8Array(2)]]],
    ['strings as raw data', [1], 8, [[9, packed(4)]]],
    ['an unknown type', [1], 99, [[9, packed(4)]]],
    ['no type', [1], 0, [[9, packed(4)]]],
    [
      'a part of a tensor',
      [1],
      FLOAT,
      [
        [3, message([[1, 0]])],
        [9, new Uint8Array(4)],
      ],
    ],
  ] as [string, number[], number, Parameters<typeof tensorWith>[2]][])('%s', (_, shape, type, data) => {
    expect(verdict(withGraph({ initializers: [tensorWith(shape, type, data)] }))).toBe(
      'MODEL_MALFORMED at graph.initializer[1]',
    );
  });

  it.each([
    ['packed int64', [3], INT64, [[7, packed(3)]]],
    [
      'single int64',
      [2],
      INT64,
      [
        [7, 1],
        [7, -1],
      ],
    ],
    ['float16 in int32_data', [2], 10, [[5, packed(2)]]],
    ['half bytes', [5], 22, [[9, new Uint8Array(3)]]],
    ['complex numbers', [2], 14, [[4, new Uint8Array(16)]]],
    [
      'strings',
      [2],
      8,
      [
        [6, 'a'],
        [6, ''],
      ],
    ],
    ['nothing at all', [0, 5], FLOAT, []],
    ['a scalar', [], FLOAT, [[9, new Uint8Array(4)]]],
  ] as [string, number[], number, Parameters<typeof tensorWith>[2]][])(
    'is not one with %s',
    (_, shape, type, data) => {
      expect(verdict(withGraph({ initializers: [tensorWith(shape, type, data)] }))).toBe('accepted');
    },
  );

  it('cannot hide by occurring twice, which protobuf merges', () => {
    const twice = attributeWith('value', [5, floats('a', [2], [1, 2])], [5, floats('b', [3], [1, 2, 3])]);
    expect(verdict(withGraph({ nodes: [node('Constant', [], ['c'], [twice])] }))).toBe(
      'MODEL_MALFORMED at graph.node[3].attribute[value]',
    );
  });
});

describe('shapes that nothing can have', () => {
  it.each([
    ['negative', [-4], 'graph.initializer[1]'],
    ['more than memory', [2 ** 30, 2 ** 30], 'graph.initializer[1]'],
    ['a product that wraps to something small', [2 ** 32, 2 ** 32, 1], 'graph.initializer[1]'],
    ['huge beside a zero', [0, 2 ** 50], 'graph.initializer[1]'],
    ['of too many dimensions', Array(40).fill(1), 'graph.initializer[1]'],
  ])('of a constant: %s', (_, shape, where) => {
    expect(verdict(withGraph({ initializers: [tensorWith(shape, FLOAT, [])] }))).toBe(
      `MODEL_MALFORMED at ${where}`,
    );
  });

  it.each([
    ['below −1', ['N', 3, -2, 8], 'graph.input[0].type.tensor_type.shape.dim[2]'],
    ['more than memory', ['N', 3, 2 ** 31, 2 ** 31], 'graph.input[0].type.tensor_type'],
    ['of too many dimensions', Array(40).fill(1), 'graph.input[0].type.tensor_type.shape'],
  ])('of an input: %s', (_, shape, where) => {
    const plain = meanColorGraph({});
    expect(verdict(model({ ...plain, inputs: [value('image', FLOAT, shape)] }))).toBe(
      `MODEL_MALFORMED at ${where}`,
    );
  });

  it('of an intermediate value, and of one in a function', () => {
    const absurd = value('x', FLOAT, [2 ** 40, 2 ** 40]);
    expect(verdict(withField(7, message([[13, absurd]])))).toBe(
      'MODEL_MALFORMED at graph.value_info[0].type.tensor_type',
    );
    expect(verdict(withField(25, ownFunction('F', [], [[12, absurd]])))).toBe(
      'MODEL_MALFORMED at functions[0].value_info[0].type.tensor_type',
    );
  });

  it.each(typePlaces(tensorType([2 ** 40, 2 ** 40])))('of a type in %s', (_, where, file) => {
    expect(verdict(file)).toBe(`MODEL_MALFORMED at ${where}.tensor_type`);
  });

  it.each(typesAround(tensorType([2 ** 40, 2 ** 40])))('of a type in %s', (_, where, outer) => {
    expect(verdict(withField(7, message([[13, declaredAs(outer)]])))).toBe(
      `MODEL_MALFORMED at graph.value_info[0].type.${where}`,
    );
  });

  it('of a sparse type', () => {
    const sparse = message([[8, tensorTypeContent([2 ** 40, 2 ** 40])]]);
    expect(verdict(withField(7, message([[13, declaredAs(sparse)]])))).toBe(
      'MODEL_MALFORMED at graph.value_info[0].type.sparse_tensor_type',
    );
  });

  it('of a sparse tensor, which is small in the file and fills the memory', () => {
    const bomb = message([
      [1, floats('none', [0], [])],
      [2, tensor('at', INT64, [0], new BigInt64Array())],
      [3, 2 ** 20],
      [3, 2 ** 20],
    ]);
    expect(verdict(withGraph({ sparseInitializers: [bomb] }))).toBe(
      'MODEL_MALFORMED at graph.sparse_initializer[0]',
    );
  });

  it('are not free dimensions: a name, −1 or 0', () => {
    const plain = meanColorGraph({});
    expect(verdict(model({ ...plain, inputs: [value('image', FLOAT, [-1, 3, 'H', 0])] }))).toBe('accepted');
  });
});

describe('types', () => {
  const declared = (type: Uint8Array) => withField(7, message([[13, declaredAs(type)]]));
  const plain = tensorType([1, 4]);

  it.each(typesAround(plain))('may be in %s', (_, _where, type) => {
    expect(verdict(declared(type))).toBe('accepted');
  });

  it.each(typePlaces(message([[7, message([[1, 'own']])]])))(
    'of its own making are refused in %s',
    (_, where, file) => {
      expect(verdict(file)).toBe(`MODEL_UNSUPPORTED at ${where}`);
    },
  );

  it('cannot be several where one belongs: protobuf keeps the last, or merges them', () => {
    const [[, , sequence]] = typesAround(plain);
    for (const other of [sequence, plain]) {
      expect(verdict(declared(Buffer.concat([plain, other])))).toBe(
        'MODEL_MALFORMED at graph.value_info[0].type',
      );
    }
    const twice = message([
      [1, 'x'],
      [2, plain],
      [2, plain],
    ]);
    expect(verdict(withField(7, message([[13, twice]])))).toBe('MODEL_MALFORMED at graph.value_info[0]');
  });

  it('cannot be nested without end', () => {
    let inner = plain;
    for (let depth = 0; depth < 200; depth++) inner = message([[4, message([[1, inner]])]]);
    expect(verdict(declared(inner))).toBe('MODEL_NOT_ONNX');
  });

  it('cannot be more than any classifier has', () => {
    const many = message(
      Array.from({ length: MODEL_LIMITS.types + 1 }, (): [number, Uint8Array] => [15, new Uint8Array()]),
    );
    const file = withGraph({ nodes: [node('Optional', [], ['c'], [many])] });
    expect(verdict(file)).toMatch(/^MODEL_MALFORMED at graph\.node\[3\]\.attribute/);
  });
});

describe('too many of anything', () => {
  const many = (field: number, content: Uint8Array, times: number) =>
    message(Array.from({ length: times }, () => [field, content]));

  it('nearly empty nodes', () => {
    const file = withField(7, many(1, new Uint8Array(), MODEL_LIMITS.nodes + 1));
    expect(verdict(file)).toMatch(/^MODEL_MALFORMED at graph\.node\[\d+\]$|^MODEL_MALFORMED at graph$/);
  });

  it('names of one node', () => {
    const names = many(1, new Uint8Array(), MODEL_LIMITS.names + 1);
    expect(verdict(withField(7, message([[1, names]])))).toBe('MODEL_MALFORMED at graph.node[3]');
  });

  it('dimensions in a packed list', () => {
    const packed = message([
      [1, new Uint8Array(2 ** 20).fill(1)],
      [2, FLOAT],
    ]);
    expect(verdict(withGraph({ initializers: [packed] }))).toBe('MODEL_MALFORMED at graph.initializer[1]');
  });

  it('bytes in a name', () => {
    const long = node('Identity', ['x'.repeat(MODEL_LIMITS.nameBytes + 1)], ['y']);
    expect(verdict(withGraph({ nodes: [long] }))).toBe('MODEL_MALFORMED at graph.node[3]');
  });

  it('levels of nesting', () => {
    let inner = node('Identity', ['x'], ['y']);
    for (let depth = 0; depth < 200; depth++)
      inner = node(
        'If',
        ['q'],
        ['c'],
        [attribute('then_branch', { graph: graph({ nodes: [inner], inputs: [], outputs: [] }) })],
      );
    expect(verdict(withGraph({ nodes: [inner] }))).toBe('MODEL_NOT_ONNX');
  });
});

describe('functions', () => {
  const call = (name: string, domain = 'own') => node(name, ['x'], ['y'], [], domain);

  it.each(['', 'ai.onnx', 'ai.onnx.ml', 'com.microsoft'])('may not shadow operators of "%s"', (domain) => {
    expect(verdict(withField(25, ownFunction('Add', [call('Relu', '')], [], domain)))).toBe(
      'MODEL_MALFORMED at functions[0]',
    );
  });

  it('may not be defined twice', () => {
    const one = ownFunction('F', [call('Relu', '')]);
    expect(verdict(withGraph({}, { functions: [one, one] }))).toBe('MODEL_MALFORMED at functions[1]');
  });

  it('may not call themselves, not even by way of another', () => {
    const functions = [ownFunction('F', [call('G')]), ownFunction('G', [call('F')])];
    expect(verdict(withGraph({}, { functions }))).toMatch(/^MODEL_MALFORMED at functions\[\d\]\.node\[0\]$/);
  });

  it('may not multiply: thirty that call each other twice are a billion nodes', () => {
    const functions = Array.from({ length: 30 }, (_, i) =>
      ownFunction(`F${i}`, i === 29 ? [call('Relu', '')] : [call(`F${i + 1}`), call(`F${i + 1}`)]),
    );
    expect(verdict(withGraph({ nodes: [call('F0')] }, { functions }))).toMatch(
      /^MODEL_MALFORMED at functions/,
    );
  });

  it('may be called by the main graph, and by each other', () => {
    const functions = [ownFunction('F', [call('G'), call('G')]), ownFunction('G', [call('Relu', '')])];
    expect(verdict(withGraph({ nodes: [call('F')] }, { functions }))).toBe('accepted');
  });
});

describe('operators that are not run here', () => {
  const evil = node('Evil', ['x'], ['y'], [], 'com.example');
  const inGraph = graph({ nodes: [evil], inputs: [], outputs: [] });

  it.each([
    ['the graph', 'graph.node[3]', withGraph({ nodes: [evil] })],
    [
      'a subgraph',
      'graph.node[3].attribute[body].g.node[0]',
      withGraph({ nodes: [node('Loop', ['n'], ['y'], [attribute('body', { graph: inGraph })])] }),
    ],
    ['a function', 'functions[0].node[0]', withField(25, ownFunction('F', [evil]))],
    [
      'the default of a function’s attribute',
      'functions[0].attribute_proto[0].g.node[0]',
      withField(25, ownFunction('F', [], [[11, message([[6, inGraph]])]])),
    ],
    ['a training', 'training_info[0].algorithm.node[0]', withField(20, message([[2, inGraph]]))],
  ])('are found in %s', (_, where, file) => {
    expect(verdict(file)).toBe(`MODEL_UNSUPPORTED at ${where}`);
  });

  it.each(['EPContext', 'PythonOp', 'ATen', 'BeamSearch'])('com.microsoft’s %s among them', (operator) => {
    const file = withGraph({ nodes: [node(operator, ['x'], ['y'], [], 'com.microsoft')] });
    expect(verdict(file)).toBe('MODEL_UNSUPPORTED at graph.node[3]');
  });

  it('are not those that quantized models consist of', () => {
    const file = withGraph({ nodes: [node('QLinearAdd', ['x'], ['y'], [], 'com.microsoft')] });
    expect(verdict(file)).toBe('accepted');
  });
});

describe('a file of two formats', () => {
  it('is run as the ONNX model that was checked, not as ONNX Runtime’s own format', async () => {
    // ONNX Runtime knows its own format by these letters at byte 4: here a producer's name.
    const plain = meanColor();
    const polyglot = Buffer.concat([Buffer.from([0x08, 0x08, 0x12, 0x04]), Buffer.from('ORTM'), plain]);
    const { rows } = await runModel(polyglot, probes);
    expectRows(rows, (await runModel(plain, probes)).rows);
  });
});

describe('varints', () => {
  const broken = (bytes: number[]) => withField(7, message([[5, Uint8Array.from(bytes)]]));

  it.each([
    ['without an end', [0x08, ...Array(12).fill(0xff)]],
    ['that the end of their message cuts', [0x08, 0xff]],
    ['packed and longer than 64 bits', [0x3a, 12, ...Array(11).fill(0x80), 0x01]],
    ['packed and cut', [0x3a, 2, 0x01, 0x80]],
  ])('%s are refused', (_, bytes) => {
    expect(verdict(broken(bytes))).toMatch(/^MODEL_(NOT_ONNX|TRUNCATED)$/);
  });
});
