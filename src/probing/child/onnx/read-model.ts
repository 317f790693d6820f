import { ProbelogError } from '../../../errors/index.js';
import { EndsTooEarly, Malformed, MessageReader, WIRE } from './message-reader.js';
import type { OnnxFunction, OnnxGraph, OnnxModel, OnnxNode, OnnxValue } from './model.js';

/** TensorProto.DataLocation */
const EXTERNAL = 1;

/**
 * Reads the structure of an ONNX file.
 *
 * Protobuf merges a message field that occurs twice, so every reader here adds to what it is given.
 *
 * @throws ProbelogError MODEL_EMPTY, MODEL_NOT_ONNX, MODEL_TRUNCATED
 */
export function readModel(file: Uint8Array): OnnxModel {
  if (file.length === 0) throw new ProbelogError('MODEL_EMPTY', 'The model file is empty.');
  const model: OnnxModel = { graph: emptyGraph(), opset: 0, functions: [], externalTensor: null };
  const seen = new Set<number>();
  try {
    readTopLevel(new MessageReader(file), model, seen);
  } catch (thrown) {
    throw explain(thrown, seen, file);
  }
  if (!seen.has(GRAPH)) throw notOnnx('it holds no graph', file);
  if (!seen.has(OPSET_IMPORT))
    throw new ProbelogError(
      'MODEL_TRUNCATED',
      'The model file names no operator set: it ends before that, or was written wrongly.',
    );
  return model;
}

// ModelProto
const IR_VERSION = 1;
const GRAPH = 7;
const OPSET_IMPORT = 8;
const TRAINING_INFO = 20;
const FUNCTIONS = 25;
/** Wire type of every field that can start a ModelProto. */
const MODEL_FIELDS = new Map<number, number>([
  [IR_VERSION, WIRE.VARINT],
  [2, WIRE.BYTES],
  [3, WIRE.BYTES],
  [4, WIRE.BYTES],
  [5, WIRE.VARINT],
  [6, WIRE.BYTES],
  [GRAPH, WIRE.BYTES],
  [OPSET_IMPORT, WIRE.BYTES],
  [14, WIRE.BYTES],
  [TRAINING_INFO, WIRE.BYTES],
  [FUNCTIONS, WIRE.BYTES],
]);

function readTopLevel(reader: MessageReader, model: OnnxModel, seen: Set<number>): void {
  const domains = new Map<string, number>();
  reader.outermost((field, wire) => {
    const expected = MODEL_FIELDS.get(field);
    if (expected === undefined ? seen.size === 0 : expected !== wire)
      throw new Malformed(`field ${field} does not belong in an ONNX model`);
    seen.add(field);
    if (field === GRAPH) readGraph(reader, model.graph, model);
    else if (field === OPSET_IMPORT) readOpset(reader, domains);
    else if (field === FUNCTIONS) model.functions.push(readFunction(reader, model));
    else if (field === TRAINING_INFO)
      reader.message((inner) => {
        if (inner === 1 || inner === 2) readGraph(reader, emptyGraph(), model);
      });
  });
  model.opset = Math.max(domains.get('') ?? 0, domains.get('ai.onnx') ?? 0);
}

function readOpset(reader: MessageReader, domains: Map<string, number>): void {
  let domain = '';
  let version = 0;
  reader.message((field) => {
    if (field === 1) domain = reader.text();
    else if (field === 2) version = reader.number();
  });
  domains.set(domain, version);
}

function readFunction(reader: MessageReader, model: OnnxModel): OnnxFunction {
  const made: OnnxFunction = { name: '', domain: '', nodes: [] };
  reader.message((field) => {
    if (field === 1) made.name = reader.text();
    else if (field === 7) made.nodes.push(readNode(reader, model));
    else if (field === 10) made.domain = reader.text();
    else if (field === 11) readAttribute(reader, [], model);
  });
  return made;
}

function readGraph(reader: MessageReader, graph: OnnxGraph, model: OnnxModel): void {
  reader.message((field) => {
    if (field === 1) graph.nodes.push(readNode(reader, model));
    else if (field === 5) readInitialiser(reader, graph, model);
    else if (field === 11) graph.inputs.push(readValue(reader));
    else if (field === 12) graph.outputs.push(readValue(reader));
    else if (field === 15) readSparseTensor(reader, model);
  });
}

function readNode(reader: MessageReader, model: OnnxModel): OnnxNode {
  const node: OnnxNode = { operator: '', domain: '', inputs: [], outputs: [], subgraphs: [] };
  reader.message((field) => {
    if (field === 1) node.inputs.push(reader.text());
    else if (field === 2) node.outputs.push(reader.text());
    else if (field === 4) node.operator = reader.text();
    else if (field === 5) readAttribute(reader, node.subgraphs, model);
    else if (field === 7) node.domain = reader.text();
  });
  return node;
}

function readAttribute(reader: MessageReader, subgraphs: OnnxGraph[], model: OnnxModel): void {
  reader.message((field) => {
    if (field === 5 || field === 10) readTensor(reader, model);
    else if (field === 6 || field === 11) {
      const graph = emptyGraph();
      readGraph(reader, graph, model);
      subgraphs.push(graph);
    } else if (field === 22 || field === 23) readSparseTensor(reader, model);
  });
}

function readInitialiser(reader: MessageReader, graph: OnnxGraph, model: OnnxModel): void {
  const { name, shape } = readTensor(reader, model);
  graph.initialisers.set(name, shape);
}

function readSparseTensor(reader: MessageReader, model: OnnxModel): void {
  reader.message((field) => {
    if (field === 1 || field === 2) readTensor(reader, model);
  });
}

function readTensor(reader: MessageReader, model: OnnxModel): { name: string; shape: number[] } {
  const shape: number[] = [];
  let name = '';
  let external = false;
  reader.message((field) => {
    if (field === 1) reader.numbers(shape);
    else if (field === 8) name = reader.text();
    else if (field === 13) external = true;
    else if (field === 14) external = reader.number() === EXTERNAL || external;
  });
  if (external) model.externalTensor ??= name || '(unnamed)';
  return { name, shape };
}

function readValue(reader: MessageReader): OnnxValue {
  const value: OnnxValue = { name: '', elementType: null, shape: null };
  reader.message((field) => {
    if (field === 1) value.name = reader.text();
    else if (field === 2)
      reader.message((kind) => {
        if (kind === 1) readTensorType(reader, value);
      });
  });
  return value;
}

function readTensorType(reader: MessageReader, value: OnnxValue): void {
  reader.message((field) => {
    if (field === 1) value.elementType = reader.number();
    else if (field === 2) {
      value.shape ??= [];
      const { shape } = value;
      reader.message((inner) => {
        if (inner === 1) shape.push(readDimension(reader));
      });
    }
  });
}

/** Some exporters write -1 or 0 for a free dimension. */
function readDimension(reader: MessageReader): number | string {
  let dimension: number | string = '';
  reader.message((field) => {
    if (field === 1) {
      const size = reader.number();
      dimension = size > 0 ? size : '';
    } else if (field === 2) dimension = reader.text();
  });
  return dimension;
}

function emptyGraph(): OnnxGraph {
  return { nodes: [], inputs: [], outputs: [], initialisers: new Map() };
}

function explain(thrown: unknown, seen: Set<number>, file: Uint8Array): unknown {
  if (thrown instanceof EndsTooEarly && seen.has(IR_VERSION))
    return new ProbelogError('MODEL_TRUNCATED', `The model file ends too early: ${thrown.message}.`);
  if (thrown instanceof EndsTooEarly || thrown instanceof Malformed) return notOnnx(thrown.message, file);
  return thrown;
}

function notOnnx(reason: string, file: Uint8Array): ProbelogError {
  const start = Buffer.from(file.subarray(0, 64)).toString('latin1');
  const hint = start.startsWith('version https://git-lfs')
    ? ' It is a Git LFS pointer: download the file that it stands for.'
    : /^\s*<(!doctype|html)/i.test(start)
      ? ' It is a web page.'
      : '';
  return new ProbelogError('MODEL_NOT_ONNX', `The file is not an ONNX model (${reason}).${hint}`);
}
