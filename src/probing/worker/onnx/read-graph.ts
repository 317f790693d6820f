import { MODEL_LIMITS } from './limits.js';
import type { MessageReader } from './message-reader.js';
import { rejectRepeats } from './message-reader.js';
import { type AttributeFacts, type Calls, type OnnxGraph, type OnnxNode, operatorKey } from './model.js';
import { readSparseTensor, readTensor } from './read-tensor.js';
import { readType, readValue } from './read-type.js';

export function emptyGraph(): OnnxGraph {
  return { nodes: [], inputs: [], outputs: [], initializers: new Map() };
}

/**
 * Reads a GraphProto and everything in it.
 *
 * @param graph receives the contents, since protobuf merges a message that occurs twice
 * @param calls receives the calls of its nodes, including subgraphs
 */
export function readGraph(reader: MessageReader, at: string, graph: OnnxGraph, calls: Calls): void {
  let sparse = 0;
  let declared = 0;
  reader.message(at, (field) => {
    if (field === 1) graph.nodes.push(readNode(reader, `node[${graph.nodes.length}]`, calls));
    else if (field === 5) {
      const constant = readTensor(reader, `initializer[${graph.initializers.size}]`);
      graph.initializers.set(constant.name, constant);
    } else if (field === 11) graph.inputs.push(readValue(reader, `input[${graph.inputs.length}]`));
    else if (field === 12) graph.outputs.push(readValue(reader, `output[${graph.outputs.length}]`));
    else if (field === 13) readValue(reader, `value_info[${declared++}]`);
    else if (field === 15) readSparseTensor(reader, `sparse_initializer[${sparse++}]`);
  });
}

/** The attributes that tell what a graph's first and last operators do. */
const KEPT_ATTRIBUTES: ReadonlySet<string> = new Set([
  'activation',
  'alpha',
  'axes',
  'axis',
  'beta',
  'bias',
  'classlabels_int64s',
  'classlabels_ints',
  'classlabels_strings',
  'group',
  'max',
  'min',
  'perm',
  'post_transform',
  'scale',
  'to',
  'transA',
  'transB',
  'training_mode',
  'value',
  'value_float',
  'value_floats',
  'value_int',
  'value_ints',
]);

/** Items of a list in an attribute: more than any classifier has outputs. */
const MAX_ITEMS = 100_000;

const NO_ATTRIBUTES: ReadonlyMap<string, AttributeFacts> = new Map();
const NO_BRANCHES: readonly OnnxGraph[] = [];

/** Reads a NodeProto with its attributes. */
export function readNode(reader: MessageReader, at: string, calls: Calls): OnnxNode {
  const start = reader.position;
  const node: OnnxNode = {
    operator: '',
    domain: '',
    inputs: [],
    outputs: [],
    attributes: NO_ATTRIBUTES,
    branches: NO_BRANCHES,
    start,
  };
  const kept = new Map<string, AttributeFacts>();
  const graphs: OnnxGraph[] = [];
  let overload = '';
  let attributes = 0;
  reader.count('nodes');
  reader.message(
    at,
    (field) => {
      if (field === 1 || field === 2) {
        reader.count('names');
        (field === 1 ? node.inputs : node.outputs).push(reader.name());
      } else if (field === 4) node.operator = reader.name();
      else if (field === 5) readAttribute(reader, `attribute[${attributes++}]`, calls, { kept, graphs });
      else if (field === 7) node.domain = reader.name();
      else if (field === 8) overload = reader.name();
    },
    () => {
      const operator = { domain: node.domain, name: node.operator, overload };
      const key = operatorKey(operator);
      const known = calls.get(key);
      if (known) known.times++;
      else calls.set(key, { operator, times: 1, where: reader.where() });
      if (kept.size > 0) node.attributes = kept;
      if (node.operator === 'If') node.branches = graphs;
    },
  );
  return node;
}

/**
 * Reads an AttributeProto, which may hold tensors, types and graphs.
 *
 * @param into receives its values if it is one of the attributes that are kept, and its graph
 */
export function readAttribute(
  reader: MessageReader,
  at: string,
  calls: Calls,
  into?: { kept: Map<string, AttributeFacts>; graphs: OnnxGraph[] },
): void {
  const once = rejectRepeats(reader);
  const facts: AttributeFacts = { ints: [], floats: [], strings: [], tensor: null };
  let keep = false;
  let tensors = 0;
  let graphs = 0;
  let sparse = 0;
  let types = 0;
  reader.count('attributes');
  reader.message(at, (field) => {
    if (field === 1) {
      const name = reader.name();
      reader.rename(`attribute[${name}]`);
      keep = KEPT_ATTRIBUTES.has(name);
      if (keep) into?.kept.set(name, facts);
    } else if (field === 5) facts.tensor = readTensor(reader, once('t'));
    else if (field === 6) {
      const graph = emptyGraph();
      readGraph(reader, once('g'), graph, calls);
      into?.graphs.push(graph);
    } else if (field === 10) readTensor(reader, `tensors[${tensors++}]`);
    else if (field === 11) readGraph(reader, `graphs[${graphs++}]`, emptyGraph(), calls);
    else if (field === 14) readType(reader, once('tp'));
    else if (field === 15) readType(reader, `type_protos[${types++}]`);
    else if (field === 22) readSparseTensor(reader, once('sparse_tensor'));
    else if (field === 23) readSparseTensor(reader, `sparse_tensors[${sparse++}]`);
    else if (keep) readValues(reader, field, facts);
  });
}

function readValues(reader: MessageReader, field: number, { ints, floats, strings }: AttributeFacts): void {
  if (field === 2 || field === 7) reader.fixed(4, floats, MAX_ITEMS);
  else if (field === 3 || field === 8) reader.firstNumbers(ints, MAX_ITEMS);
  else if (field === 4 || field === 9) {
    const text = reader.text(MODEL_LIMITS.nameBytes);
    if (text !== null && strings.length < MAX_ITEMS) strings.push(text);
  }
}
