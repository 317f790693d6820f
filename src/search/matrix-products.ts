import { InferenceSession, Tensor } from 'onnxruntime-node';
import type { Matrix } from '../domain/index.js';

/** Dense matrix products, computed by ONNX Runtime at BLAS speed. */
export interface MatrixProducts {
  /** X·B */
  project(x: Matrix, b: Matrix): Promise<Matrix>;
  /** Xᵀ·(X·B) */
  gram(x: Matrix, b: Matrix): Promise<Matrix>;
}

/** Loads ONNX Runtime with two small models, one for each product. */
export async function openMatrixProducts(): Promise<MatrixProducts> {
  const project = await InferenceSession.create(onnxModel([node('MatMul', ['x', 'b'], 'y')]));
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

function onnxModel(nodes: Buffer[]): Buffer {
  const graph = Buffer.concat([
    ...nodes.map((encoded) => field(1, encoded)),
    field(2, Buffer.from('products')),
    field(11, matrixInfo('x')),
    field(11, matrixInfo('b')),
    field(12, matrixInfo('y')),
  ]);
  const opset = Buffer.concat([field(1, Buffer.alloc(0)), number(2, 13)]);
  return Buffer.concat([number(1, 8), field(7, graph), field(8, opset)]);
}

function node(operator: string, inputs: string[], output: string): Buffer {
  return Buffer.concat([
    ...inputs.map((input) => field(1, Buffer.from(input))),
    field(2, Buffer.from(output)),
    field(4, Buffer.from(operator)),
  ]);
}

/** A ValueInfoProto with two free dimensions. */
function matrixInfo(name: string): Buffer {
  const dimensions = ['rows', 'columns'].map((axis) => field(1, field(2, Buffer.from(`${name}_${axis}`))));
  const shape = Buffer.concat(dimensions);
  const type = field(1, Buffer.concat([number(1, FLOAT32), field(2, shape)]));
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
