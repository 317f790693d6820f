import type { OnnxGraph, OnnxNode } from './model.js';

/** What a declared output is, seen from its end. */
export interface OutputTail {
  /** The declared output. */
  name: string;
  /** What its last normalizing operator takes; null when there is none or its input cannot be told. */
  logits: string | null;
  /** What that operator does; null when there is none. */
  normalizer: Normalizer | null;
  /** Two outputs with the same source show the same responses in other forms. */
  source: string;
}

/** How the operator turns logits into what the model gives; NORMALISED stands for one that we cannot look into. */
export type Normalizer = 'SOFTMAX' | 'LOG_SOFTMAX' | 'SIGMOID' | 'NORMALISED';

/** Operators that change the form of a tensor, and not what its numbers say. */
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

/** Operators that normalize, but whose input is no tensor of floats. */
const OPAQUE = new Set(['QLinearSoftmax', 'QLinearSigmoid']);

/**
 * Follows a declared output back to the operator that makes probabilities of logits, if there is one.
 *
 * That the found tensor really holds the logits (axis, operator set semantics, pattern) is proved later on numbers,
 * see `isNormalizationOf`.
 */
export function outputTail(graph: OnnxGraph, name: string): OutputTail {
  const producers = new Map<string, OnnxNode>();
  for (const node of graph.nodes) for (const output of node.outputs) producers.set(output, node);

  const found = beforeReshaping(producers, name);
  const node = producers.get(found);
  if (!node) return { name, logits: null, normalizer: null, source: found };
  if (OPAQUE.has(node.operator)) return { name, logits: null, normalizer: 'NORMALISED', source: found };

  const logits = normalizedTensor(producers, node);
  if (!logits) return { name, logits: null, normalizer: null, source: found };
  return { name, ...logits, source: beforeReshaping(producers, logits.logits) };
}

function beforeReshaping(producers: Map<string, OnnxNode>, from: string): string {
  let tensor = from;
  // A graph has no cycles, but a hostile file may.
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

/** exp(x) / sum(exp(x)), as some converters write a softmax; x may be shifted by its maximum, which changes nothing. */
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
