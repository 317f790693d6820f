import type { OnnxGraph, OnnxNode } from './model.js';

/** The end of the graph at a declared output. */
export interface OutputTail {
  /** The declared output. */
  name: string;
  /** The input of its last normalizing operator; null without one, or if the input is unknown. */
  logits: string | null;
  /** That operator's normalization; null without one. */
  normalizer: Normalizer | null;
  /** Outputs with the same source hold the same responses in different forms. */
  source: string;
}

/** How an operator normalizes logits; NORMALIZED: an operator whose input is not a float tensor. */
export type Normalizer = 'SOFTMAX' | 'LOG_SOFTMAX' | 'SIGMOID' | 'NORMALIZED';

/** Operators that change a tensor's shape or type, but not the meaning of its values. */
const RESHAPING = new Set([
  'Identity',
  'Reshape',
  'Flatten',
  'Squeeze',
  'Unsqueeze',
  'Cast',
  'Dropout',
  'QuantizeLinear',
  'DequantizeLinear',
]);

const NORMALIZERS: ReadonlyMap<string, Normalizer> = new Map([
  ['Softmax', 'SOFTMAX'],
  ['LogSoftmax', 'LOG_SOFTMAX'],
  ['Sigmoid', 'SIGMOID'],
]);

/** Normalizing operators whose input is not a float tensor. */
const OPAQUE = new Set(['QLinearSoftmax', 'QLinearSigmoid']);

/**
 * Follows a declared output back to the operator that normalizes logits, if the graph has one.
 *
 * `isNormalizationOf` later proves by values that the tensor really holds the logits (axis, operator set, pattern).
 */
export function outputTail(graph: OnnxGraph, name: string): OutputTail {
  const producers = new Map<string, OnnxNode>();
  for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node);

  const found = beforeReshaping(producers, name);
  const node = producers.get(found);
  if (!node) return { name, logits: null, normalizer: null, source: found };
  if (OPAQUE.has(node.operator)) return { name, logits: null, normalizer: 'NORMALIZED', source: found };

  const logits = normalizedTensor(producers, node);
  if (!logits) return { name, logits: null, normalizer: null, source: found };
  return { name, ...logits, source: beforeReshaping(producers, logits.logits) };
}

function beforeReshaping(producers: Map<string, OnnxNode>, from: string): string {
  let tensor = from;
  // Valid graphs have no cycles, but a hostile file may.
  for (let steps = 0; steps < producers.size; steps++) {
    const node = producers.get(tensor);
    if (!node || !RESHAPING.has(node.operator) || node.outputs[0] !== tensor) break;
    tensor = node.inputs[0];
  }
  return tensor;
}

function normalizedTensor(
  producers: Map<string, OnnxNode>,
  node: OnnxNode,
): { logits: string; normalizer: Normalizer } | null {
  const normalizer = NORMALIZERS.get(node.operator);
  if (normalizer) return { logits: node.inputs[0], normalizer };
  if (node.operator === 'Log') {
    const inner = producers.get(beforeReshaping(producers, node.inputs[0]));
    if (inner?.operator === 'Softmax') return { logits: inner.inputs[0], normalizer: 'LOG_SOFTMAX' };
  }
  return node.operator === 'Div' ? decomposedSoftmax(producers, node) : null;
}

/** exp(x) / sum(exp(x)), as some converters write a softmax; x may be shifted by its maximum. */
function decomposedSoftmax(
  producers: Map<string, OnnxNode>,
  division: OnnxNode,
): { logits: string; normalizer: Normalizer } | null {
  const [numerator, denominator] = division.inputs;
  const exponential = producers.get(numerator);
  const sum = producers.get(denominator);
  const matches =
    exponential?.operator === 'Exp' && sum?.operator === 'ReduceSum' && sum.inputs[0] === numerator;
  return matches ? { logits: exponential.inputs[0], normalizer: 'SOFTMAX' } : null;
}
