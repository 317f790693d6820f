import protobuf from 'protobufjs/minimal.js';

/** ONNX files made on the spot: just enough of the format for small graphs. */

type Field = [field: number, value: number | string | Uint8Array];

/** A protobuf message of these fields, in this order. */
export function message(fields: Field[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [field, value] of fields) {
    if (typeof value === 'number') writer.uint32(field << 3).int64(value);
    else if (typeof value === 'string') writer.uint32((field << 3) | 2).string(value);
    else writer.uint32((field << 3) | 2).bytes(value);
  }
  return writer.finish();
}

export const FLOAT = 1;
export const UINT8 = 2;
export const INT8 = 3;
export const INT32 = 6;
export const INT64 = 7;
export const BOOL = 9;
export const FLOAT16 = 10;
export const FLOAT64 = 11;
export const BFLOAT16 = 16;

type Dimension = number | string;

/** ValueInfoProto; without a type the shape is left to inference. */
export function value(name: string, type?: number, shape?: Dimension[]): Uint8Array {
  if (type === undefined) return message([[1, name]]);
  const dimensions = shape?.map((d): Field => [1, message([typeof d === 'number' ? [1, d] : [2, d]])]);
  const tensor = message(
    dimensions
      ? [
          [1, type],
          [2, message(dimensions)],
        ]
      : [[1, type]],
  );
  return message([
    [1, name],
    [2, message([[1, tensor]])],
  ]);
}

/** TensorProto of raw data. */
export function tensor(name: string, type: number, shape: number[], data: ArrayBufferView): Uint8Array {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message([...shape.map((d): Field => [1, d]), [2, type], [8, name], [9, raw]]);
}

export function floats(name: string, shape: number[], values: number[]): Uint8Array {
  return tensor(name, FLOAT, shape, Float32Array.from(values));
}

export function ints(name: string, values: number[], shape = [values.length]): Uint8Array {
  return tensor(name, INT64, shape, BigInt64Array.from(values.map(BigInt)));
}

/** AttributeProto: an int, a list of ints, or a graph. */
export function attribute(
  name: string,
  given: number | number[] | { graph: Uint8Array } | { tensor: Uint8Array },
) {
  if (typeof given === 'number')
    return message([
      [1, name],
      [3, given],
      [20, 2],
    ]);
  if (Array.isArray(given)) return message([[1, name], ...given.map((i): Field => [8, i]), [20, 7]]);
  return 'graph' in given
    ? message([
        [1, name],
        [6, given.graph],
        [20, 5],
      ])
    : message([
        [1, name],
        [5, given.tensor],
        [20, 4],
      ]);
}

/** AttributeProto of floats, or of a single one. */
export function floatAttribute(name: string, given: number | number[]): Uint8Array {
  const values = Float32Array.from([given].flat());
  const bytes = new Uint8Array(values.buffer);
  // A single float has no length in front of it, so its bytes follow the tag of field 2.
  return typeof given === 'number'
    ? Buffer.concat([message([[1, name]]), Buffer.from([(2 << 3) | 5]), bytes, message([[20, 1]])])
    : message([
        [1, name],
        [7, bytes],
        [20, 6],
      ]);
}

/** AttributeProto of strings, or of a single one. */
export function textAttribute(name: string, given: string | string[]): Uint8Array {
  return typeof given === 'string'
    ? message([
        [1, name],
        [4, given],
        [20, 3],
      ])
    : message([[1, name], ...given.map((text): Field => [9, text]), [20, 8]]);
}

/** ValueInfoProto of a sequence of maps from strings to floats, as a ZipMap makes. */
export function sequenceOfMaps(name: string): Uint8Array {
  const float = message([[1, message([[1, FLOAT]])]]);
  const map = message([
    [
      5,
      message([
        [1, 8],
        [2, float],
      ]),
    ],
  ]);
  return message([
    [1, name],
    [2, message([[4, message([[1, map]])]])],
  ]);
}

/** NodeProto */
export function node(
  operator: string,
  inputs: string[],
  outputs: string[],
  attributes: Uint8Array[] = [],
  domain = '',
): Uint8Array {
  return message([
    ...inputs.map((name): Field => [1, name]),
    ...outputs.map((name): Field => [2, name]),
    [4, operator],
    ...attributes.map((a): Field => [5, a]),
    ...(domain ? [[7, domain] as Field] : []),
  ]);
}

export interface GraphParts {
  nodes: Uint8Array[];
  inputs: Uint8Array[];
  outputs: Uint8Array[];
  initializers?: Uint8Array[];
  sparseInitializers?: Uint8Array[];
}

/** GraphProto */
export function graph({ nodes, inputs, outputs, initializers = [], sparseInitializers = [] }: GraphParts) {
  return message([
    ...nodes.map((n): Field => [1, n]),
    [2, 'graph'],
    ...initializers.map((t): Field => [5, t]),
    ...inputs.map((v): Field => [11, v]),
    ...outputs.map((v): Field => [12, v]),
    ...sparseInitializers.map((t): Field => [15, t]),
  ]);
}

/** ModelProto */
export function model(
  parts: GraphParts,
  options: {
    opset?: number;
    domains?: string[];
    functions?: Uint8Array[];
    metadata?: Record<string, string>;
    producer?: string;
  } = {},
) {
  const { opset = 13, domains = [], functions = [], metadata = {}, producer = 'test' } = options;
  return message([
    [1, 8],
    [2, producer],
    [7, graph(parts)],
    [
      8,
      message([
        [1, ''],
        [2, opset],
      ]),
    ],
    ...domains.map(
      (domain): Field => [
        8,
        message([
          [1, domain],
          [2, 1],
        ]),
      ],
    ),
    ...Object.entries(metadata).map(
      ([key, text]): Field => [
        14,
        message([
          [1, key],
          [2, text],
        ]),
      ],
    ),
    ...functions.map((f): Field => [25, f]),
  ]);
}
