import type { MessageReader } from './message-reader.js';
import { rejectRepeats } from './message-reader.js';
import { type Calls, type OnnxGraph, type OnnxNode, operatorKey } from './model.js';
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
      const { name, shape } = readTensor(reader, `initializer[${graph.initializers.size}]`);
      graph.initializers.set(name, shape);
    } else if (field === 11) graph.inputs.push(readValue(reader, `input[${graph.inputs.length}]`));
    else if (field === 12) graph.outputs.push(readValue(reader, `output[${graph.outputs.length}]`));
    else if (field === 13) readValue(reader, `value_info[${declared++}]`);
    else if (field === 15) readSparseTensor(reader, `sparse_initializer[${sparse++}]`);
  });
}

/** Reads a NodeProto with its attributes. */
export function readNode(reader: MessageReader, at: string, calls: Calls): OnnxNode {
  const node: OnnxNode = { operator: '', domain: '', inputs: [], outputs: [] };
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
      else if (field === 5) readAttribute(reader, `attribute[${attributes++}]`, calls);
      else if (field === 7) node.domain = reader.name();
      else if (field === 8) overload = reader.name();
    },
    () => {
      const operator = { domain: node.domain, name: node.operator, overload };
      const key = operatorKey(operator);
      const known = calls.get(key);
      if (known) known.times++;
      else calls.set(key, { operator, times: 1, where: reader.where() });
    },
  );
  return node;
}

/** Reads an AttributeProto, which may hold tensors, types and graphs. */
export function readAttribute(reader: MessageReader, at: string, calls: Calls): void {
  const once = rejectRepeats(reader);
  let tensors = 0;
  let graphs = 0;
  let sparse = 0;
  let types = 0;
  reader.count('attributes');
  reader.message(at, (field) => {
    if (field === 1) reader.rename(`attribute[${reader.name()}]`);
    else if (field === 5) readTensor(reader, once('t'));
    else if (field === 6) readGraph(reader, once('g'), emptyGraph(), calls);
    else if (field === 10) readTensor(reader, `tensors[${tensors++}]`);
    else if (field === 11) readGraph(reader, `graphs[${graphs++}]`, emptyGraph(), calls);
    else if (field === 14) readType(reader, once('tp'));
    else if (field === 15) readType(reader, `type_protos[${types++}]`);
    else if (field === 22) readSparseTensor(reader, once('sparse_tensor'));
    else if (field === 23) readSparseTensor(reader, `sparse_tensors[${sparse++}]`);
  });
}
