import {
  attribute,
  FLOAT,
  floats,
  type GraphParts,
  graph,
  message,
  model,
  node,
  value,
} from './encode-onnx.js';
import { meanColorGraph } from './made-models.js';

type Field = [field: number, value: number | string | Uint8Array];

/** Something evil that can be hidden where a tensor can be. */
export type Tensor = Uint8Array;

/** A tensor whose data is outside the file. */
export function externalTensor(location: string): Tensor {
  return message([
    [1, 12],
    [2, FLOAT],
    [8, 'stolen'],
    [
      13,
      message([
        [1, 'location'],
        [2, location],
      ]),
    ],
    [14, 1],
  ]);
}

/** A tensor of these dimensions with these fields of data. */
export function tensorWith(dimensions: number[], type: number, data: Field[]): Tensor {
  return message([...dimensions.map((d): Field => [1, d]), [2, type], [8, 'odd'], ...data]);
}

/** An attribute that holds something in any of its fields. */
export function attributeWith(name: string, ...fields: Field[]): Uint8Array {
  return message([[1, name], ...fields]);
}

/** A working classifier with more in its graph. */
export function withGraph(more: Partial<GraphParts>, options: Parameters<typeof model>[1] = {}): Uint8Array {
  const plain = meanColorGraph({});
  return model(
    {
      ...plain,
      nodes: [...plain.nodes, ...(more.nodes ?? [])],
      initializers: [...(plain.initializers ?? []), ...(more.initializers ?? [])],
      sparseInitializers: more.sparseInitializers ?? [],
    },
    options,
  );
}

/** A working classifier with a further field of the model, such as 20 for training or 25 for a function. */
export function withField(field: number, content: Uint8Array): Uint8Array {
  return Buffer.concat([model(meanColorGraph({})), message([[field, content]])]);
}

/** FunctionProto */
export function ownFunction(
  name: string,
  nodes: Uint8Array[],
  more: Field[] = [],
  domain = 'own',
): Uint8Array {
  return message([[1, name], ...nodes.map((n): Field => [7, n]), [10, domain], ...more]);
}

function constant(...attributes: Uint8Array[]): Uint8Array {
  return node('Constant', [], ['c'], attributes);
}

function branch(inner: Uint8Array): Uint8Array {
  return graph({ nodes: [inner], inputs: [], outputs: [value('c')] });
}

/** Every place of a model in which a tensor can hide, the path by which it is reported, and a model that has it there. */
export function hidingPlaces(tensor: Tensor): [place: string, where: string, file: Uint8Array][] {
  const sparse = (field: 1 | 2) =>
    message([
      [field, tensor],
      [field === 1 ? 2 : 1, floats('', [0], [])],
      [3, 0],
    ]);
  const inValue = constant(attribute('value', { tensor }));
  const inBranch = node('If', ['q'], ['c'], [attribute('then_branch', { graph: branch(inValue) })]);
  return [
    ['an initializer', 'graph.initializer[1]', withGraph({ initializers: [tensor] })],
    [
      'the values of a sparse initializer',
      'graph.sparse_initializer[0].values',
      withGraph({ sparseInitializers: [sparse(1)] }),
    ],
    [
      'the indices of a sparse initializer',
      'graph.sparse_initializer[0].indices',
      withGraph({ sparseInitializers: [sparse(2)] }),
    ],
    ['an attribute', 'graph.node[3].attribute[value].t', withGraph({ nodes: [inValue] })],
    [
      'a list of tensors in an attribute',
      'graph.node[3].attribute[values].tensors[1]',
      withGraph({ nodes: [constant(attributeWith('values', [10, floats('', [0], [])], [10, tensor]))] }),
    ],
    [
      'the values of a sparse attribute',
      'graph.node[3].attribute[sparse_value].sparse_tensor.values',
      withGraph({ nodes: [constant(attributeWith('sparse_value', [22, sparse(1)]))] }),
    ],
    [
      'the indices of a list of sparse tensors',
      'graph.node[3].attribute[sparse].sparse_tensors[0].indices',
      withGraph({ nodes: [constant(attributeWith('sparse', [23, sparse(2)]))] }),
    ],
    [
      'a subgraph',
      'graph.node[3].attribute[then_branch].g.node[0].attribute[value].t',
      withGraph({ nodes: [inBranch] }),
    ],
    [
      'a list of subgraphs',
      'graph.node[3].attribute[branches].graphs[0].node[0].attribute[value].t',
      withGraph({ nodes: [node('If', ['q'], ['c'], [attributeWith('branches', [11, branch(inValue)])])] }),
    ],
    [
      'a subgraph of a subgraph',
      'graph.node[3].attribute[else_branch].g.node[0].attribute[then_branch].g.node[0].attribute[value].t',
      withGraph({
        nodes: [node('If', ['q'], ['c'], [attribute('else_branch', { graph: branch(inBranch) })])],
      }),
    ],
    [
      'a node of a function',
      'functions[0].node[0].attribute[value].t',
      withField(25, ownFunction('F', [inValue])),
    ],
    [
      'the default of a function’s attribute',
      'functions[0].attribute_proto[0].t',
      withField(25, ownFunction('F', [], [[11, message([[5, tensor]])]])),
    ],
    [
      'a graph that is the default of a function’s attribute',
      'functions[0].attribute_proto[0].g.node[0].attribute[value].t',
      withField(25, ownFunction('F', [], [[11, message([[6, branch(inValue)]])]])),
    ],
    [
      'the initialization of a training',
      'training_info[0].initialization.initializer[0]',
      withField(20, message([[1, message([[5, tensor]])]])),
    ],
    [
      'the algorithm of a training',
      'training_info[0].algorithm.node[0].attribute[value].t',
      withField(20, message([[2, branch(inValue)]])),
    ],
    [
      'a second graph that protobuf merges with the first',
      'graph.initializer[1]',
      withField(7, message([[5, tensor]])),
    ],
  ];
}

/** TypeProto.Tensor of floats */
export function tensorTypeContent(shape: number[]): Uint8Array {
  return message([
    [1, FLOAT],
    [2, message(shape.map((size): Field => [1, message([[1, size]])]))],
  ]);
}

/** TypeProto of a tensor of floats */
export function tensorType(shape: number[]): Uint8Array {
  return message([[1, tensorTypeContent(shape)]]);
}

/** ValueInfoProto of this type */
export function declaredAs(type: Uint8Array): Uint8Array {
  return message([
    [1, 'x'],
    [2, type],
  ]);
}

/** Every kind of type that has another one in it, the path from it to that one's tensor, and such a type. */
export function typesAround(inner: Uint8Array): [kind: string, where: string, type: Uint8Array][] {
  const sequence = message([[4, message([[1, inner]])]]);
  return [
    ['a sequence', 'sequence_type.elem_type.tensor_type', sequence],
    [
      'a map',
      'map_type.value_type.tensor_type',
      message([
        [
          5,
          message([
            [1, 7],
            [2, inner],
          ]),
        ],
      ]),
    ],
    ['an optional', 'optional_type.elem_type.tensor_type', message([[9, message([[1, inner]])]])],
    [
      'an optional sequence',
      'optional_type.elem_type.sequence_type.elem_type.tensor_type',
      message([[9, message([[1, sequence]])]]),
    ],
  ];
}

/** Every place of a model in which a type can be, the path by which it is reported, and a model that has it there. */
export function typePlaces(type: Uint8Array): [place: string, where: string, file: Uint8Array][] {
  const declared = declaredAs(type);
  return [
    ['an output', 'graph.output[1].type', withField(7, message([[12, declared]]))],
    ['an intermediate value', 'graph.value_info[0].type', withField(7, message([[13, declared]]))],
    [
      'a value of a function',
      'functions[0].value_info[0].type',
      withField(25, ownFunction('F', [], [[12, declared]])),
    ],
    [
      'an attribute',
      'graph.node[3].attribute[type].tp',
      withGraph({ nodes: [constant(attributeWith('type', [14, type]))] }),
    ],
    [
      'a list of types in an attribute',
      'graph.node[3].attribute[types].type_protos[0]',
      withGraph({ nodes: [constant(attributeWith('types', [15, type]))] }),
    ],
  ];
}
