import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Matrix } from '../domain/index.js';

/** Dense matrix products, computed by ONNX Runtime at BLAS speed. */
export interface MatrixProducts {
  /** X·B */
  project(x: Matrix, b: Matrix): Promise<Matrix>;
  /** Xᵀ·(X·B) */
  gram(x: Matrix, b: Matrix): Promise<Matrix>;
  /** X·w for float16 rows, rounded as a float32 sum in any order. */
  scores(encoded: Uint16Array, w: Float32Array): Promise<Float32Array>;
}

/** Loads ONNX Runtime with three small models, one for each product. */
export async function openMatrixProducts(): Promise<MatrixProducts> {
  const project = await InferenceSession.create(onnxModel([node('MatMul', ['x', 'b'], 'y')]));
  const scores = await InferenceSession.create(
    onnxModel([castToFloat32('x', 'x32'), node('MatMul', ['x32', 'b'], 'y')], FLOAT16),
  );
  const gram = await InferenceSession.create(
    onnxModel([
      node('MatMul', ['x', 'b'], 'xb'),
      node('Transpose', ['x'], 'xt'),
      node('MatMul', ['xt', 'xb'], 'y'),
    ]),
  );
  return {
    project: (x, b) => run(project, x, b),
    gram: (x, b) => run(gram, x, b),
    async scores(encoded, w) {
      const x = new Tensor('float16', encoded, [encoded.length / w.length, w.length]);
      const { y } = await scores.run({ x, b: new Tensor('float32', w, [w.length, 1]) });
      return y.data as Float32Array;
    },
  };
}

async function run(session: InferenceSession, x: Matrix, b: Matrix): Promise<Matrix> {
  const { y } = await session.run({ x: tensor(x), b: tensor(b) });
  return { rows: y.dims[0], columns: y.dims[1], data: y.data as Float32Array };
}

function tensor({ rows, columns, data }: Matrix): Tensor {
  return new Tensor('float32', data, [rows, columns]);
}

// Writes onnx.proto3. Field numbers are those of its message definitions.

const FLOAT32 = 1;
const FLOAT16 = 10;
const INTEGER_ATTRIBUTE = 2;

function onnxModel(nodes: Buffer[], typeOfX = FLOAT32): Buffer {
  const graph = Buffer.concat([
    ...nodes.map((encoded) => field(1, encoded)),
    field(2, Buffer.from('products')),
    field(11, matrixInfo('x', typeOfX)),
    field(11, matrixInfo('b', FLOAT32)),
    field(12, matrixInfo('y', FLOAT32)),
  ]);
  const opset = Buffer.concat([field(1, Buffer.alloc(0)), number(2, 13)]);
  return Buffer.concat([number(1, 8), field(7, graph), field(8, opset)]);
}

function castToFloat32(input: string, output: string): Buffer {
  const to = Buffer.concat([field(1, Buffer.from('to')), number(3, FLOAT32), number(20, INTEGER_ATTRIBUTE)]);
  return Buffer.concat([node('Cast', [input], output), field(5, to)]);
}

function node(operator: string, inputs: string[], output: string): Buffer {
  return Buffer.concat([
    ...inputs.map((input) => field(1, Buffer.from(input))),
    field(2, Buffer.from(output)),
    field(4, Buffer.from(operator)),
  ]);
}

/** A ValueInfoProto with two free dimensions. */
function matrixInfo(name: string, elementType: number): Buffer {
  const dimensions = ['rows', 'columns'].map((axis) => field(1, field(2, Buffer.from(`${name}_${axis}`))));
  const shape = Buffer.concat(dimensions);
  const type = field(1, Buffer.concat([number(1, elementType), field(2, shape)]));
  return Buffer.concat([field(1, Buffer.from(name)), field(2, type)]);
}

function field(id: number, content: Buffer): Buffer {
  return Buffer.concat([varint((id << 3) | 2), varint(content.length), content]);
}

function number(id: number, value: number): Buffer {
  return Buffer.concat([varint(id << 3), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
