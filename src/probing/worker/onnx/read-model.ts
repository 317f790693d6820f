import { ProbelogError } from '../../../errors/index.js';
import { describeFileKind, otherKind } from './file-kinds.js';
import { Malformed, MessageReader, UnexpectedEnd, WIRE } from './message-reader.js';
import type { OnnxFunction, OnnxModel } from './model.js';
import { emptyGraph, readAttribute, readGraph, readNode } from './read-graph.js';
import { readValue } from './read-type.js';

/**
 * Reads the structure of an ONNX file, everywhere that ONNX Runtime may read.
 *
 * Protobuf merges a message field that occurs twice. The graph is merged here, too; other repeated fields are rejected.
 *
 * @param dataSize bytes of a file that the model keeps weights in; absent: the model came without such files
 * @throws ProbelogError MODEL_EMPTY, MODEL_NOT_ONNX, MODEL_TRUNCATED; MODEL_EXTERNAL_DATA and MODEL_MALFORMED, with
 *   `where` in the details
 */
export function readModel(file: Uint8Array, dataSize?: MessageReader['dataSize']): OnnxModel {
  if (file.length === 0) throw new ProbelogError('MODEL_EMPTY', 'The model file is empty.');
  const model: OnnxModel = {
    graph: emptyGraph(),
    metadata: new Map(),
    producer: '',
    opset: 0,
    calls: new Map(),
    functions: [],
  };
  const seen = new Set<number>();
  const reader = new MessageReader(file, dataSize);
  try {
    readTopLevel(reader, model, seen);
  } catch (thrown) {
    throw explain(thrown, reader.where(), seen, file);
  }
  if (!seen.has(GRAPH)) throw notOnnx('it has no graph', file);
  if (!seen.has(OPSET_IMPORT))
    throw new ProbelogError(
      'MODEL_TRUNCATED',
      'The model file names no operator set. It is truncated or was not written correctly.',
    );
  return model;
}

// ModelProto
const IR_VERSION = 1;
const PRODUCER_NAME = 2;
/** Length of a name worth reading. */
const MAX_PRODUCER_BYTES = 256;
const GRAPH = 7;
const OPSET_IMPORT = 8;
const METADATA_PROPS = 14;
const TRAINING_INFO = 20;
const FUNCTIONS = 25;
/** Wire types of the fields of a ModelProto. */
const MODEL_FIELDS = new Map<number, number>([
  [IR_VERSION, WIRE.VARINT],
  [PRODUCER_NAME, WIRE.BYTES],
  [3, WIRE.BYTES],
  [4, WIRE.BYTES],
  [5, WIRE.VARINT],
  [6, WIRE.BYTES],
  [GRAPH, WIRE.BYTES],
  [OPSET_IMPORT, WIRE.BYTES],
  [METADATA_PROPS, WIRE.BYTES],
  [TRAINING_INFO, WIRE.BYTES],
  [FUNCTIONS, WIRE.BYTES],
]);

function readTopLevel(reader: MessageReader, model: OnnxModel, seen: Set<number>): void {
  const domains = new Map<string, number>();
  let trainings = 0;
  reader.outermost((field, wire) => {
    const expected = MODEL_FIELDS.get(field);
    if (expected === undefined ? seen.size === 0 : expected !== wire)
      throw new Malformed(`field ${field} does not belong in an ONNX model`);
    seen.add(field);
    if (field === GRAPH) readGraph(reader, 'graph', model.graph, model.calls);
    else if (field === OPSET_IMPORT) readOpset(reader, domains);
    else if (field === PRODUCER_NAME) model.producer = reader.text(MAX_PRODUCER_BYTES) ?? '';
    else if (field === METADATA_PROPS) readMetadata(reader, model.metadata);
    else if (field === FUNCTIONS)
      model.functions.push(readFunction(reader, `functions[${model.functions.length}]`));
    else if (field === TRAINING_INFO)
      reader.message(`training_info[${trainings++}]`, (inner) => {
        if (inner === 1) readGraph(reader, 'initialization', emptyGraph(), model.calls);
        else if (inner === 2) readGraph(reader, 'algorithm', emptyGraph(), model.calls);
      });
  });
  model.opset = Math.max(domains.get('') ?? 0, domains.get('ai.onnx') ?? 0);
}

/** Length of one value of the metadata: enough for the names of a hundred thousand classes. */
const MAX_METADATA_BYTES = 4 * 2 ** 20;

function readMetadata(reader: MessageReader, metadata: Map<string, string>): void {
  let key = '';
  let value: string | null = null;
  reader.message('metadata_props', (field) => {
    if (field === 1) key = reader.name();
    else if (field === 2) value = reader.text(MAX_METADATA_BYTES);
  });
  if (value !== null) metadata.set(key, value);
}

function readOpset(reader: MessageReader, domains: Map<string, number>): void {
  let domain = '';
  let version = 0;
  reader.message('opset_import', (field) => {
    if (field === 1) domain = reader.name();
    else if (field === 2) version = reader.number();
  });
  domains.set(domain, version);
}

function readFunction(reader: MessageReader, where: string): OnnxFunction {
  const operator = { domain: '', name: '', overload: '' };
  const definition: OnnxFunction = { operator, where, calls: new Map(), inputs: [], outputs: [], nodes: [] };
  const { inputs, outputs, nodes } = definition;
  let attributes = 0;
  let values = 0;
  reader.count('functions');
  reader.message(where, (field) => {
    if (field === 1) operator.name = reader.name();
    else if (field === 4) inputs.push(reader.name());
    else if (field === 5) outputs.push(reader.name());
    else if (field === 7) nodes.push(readNode(reader, `node[${nodes.length}]`, definition.calls));
    else if (field === 10) operator.domain = reader.name();
    else if (field === 11) readAttribute(reader, `attribute_proto[${attributes++}]`, definition.calls);
    else if (field === 12) readValue(reader, `value_info[${values++}]`);
    else if (field === 13) operator.overload = reader.name();
  });
  return definition;
}

function explain(thrown: unknown, where: string, seen: Set<number>, file: Uint8Array): unknown {
  if (!(thrown instanceof UnexpectedEnd || thrown instanceof Malformed)) return thrown;
  const reason = where ? `${thrown.message}, in ${where}` : thrown.message;
  if (thrown instanceof UnexpectedEnd && seen.has(IR_VERSION))
    return new ProbelogError(
      'MODEL_TRUNCATED',
      `The model file is truncated: ${reason}. Download or export it again.`,
    );
  return notOnnx(reason, file);
}

function notOnnx(reason: string, file: Uint8Array): ProbelogError {
  const kind = describeFileKind(file);
  return kind
    ? otherKind(kind)
    : new ProbelogError('MODEL_NOT_ONNX', `The file is not an ONNX model (${reason}).`);
}
