import type { OnnxFunction, OnnxNode } from './model.js';
import type { GraphTrace } from './trace-graph.js';
import { ValueRanges } from './value-range.js';

/** The end of the graph at a declared output. */
export interface OutputTail {
  /** The declared output. */
  name: string;
  /** The float tensor that it shows: itself, or the one before a last quantizer or ZipMap, or before a decision. */
  shown: string;
  /** The operator that reduces the outputs to a decision, such as ArgMax, whose input is `shown`; null without one. */
  decision: string | null;
  /** null without one. */
  normalizer: Normalizer | null;
  /**
   * Nodes between the normalizer and `shown` that select or move elements, in the order in which they run: applied to
   * the logits, they give them the form of `shown`.
   */
  forms: Form[];
  /** Outputs with the same source hold the same responses in different forms. */
  source: string;
  /** Whether the source is a weighted sum, as logits are, or the model's input: no normalization is hidden behind it. */
  isLinear: boolean;
  /** Names of the outputs, from a ZipMap or a classifier of scikit-learn; null without them. */
  labels: string[] | null;
}

/** What an operator does to logits. */
export type Normalization = 'SOFTMAX' | 'LOG_SOFTMAX' | 'SIGMOID';

/** An operator, or some nodes, that normalize logits. */
export interface Normalizer {
  /** The normalized tensor. */
  output: string;
  /** The tensor that is likely its logits; null when there is no float tensor of them. */
  logits: string | null;
  kind: Normalization;
  /** Whether the operator normalizes by definition; otherwise some nodes look like it. */
  isCertain: boolean;
}

/** A node that gives a tensor another form. */
export interface Form {
  node: OnnxNode;
  /** Its output on the way. */
  output: string;
}

/** Operators that select or move elements, or change the shape. */
const FORMS = new Set([
  'Flatten',
  'Gather',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);

/** Operators that keep the order of the values and do not change the shape; what they do to probabilities does not matter. */
const INCREASING = new Set([
  'Cast',
  'Ceil',
  'Clip',
  'DequantizeLinear',
  'Dropout',
  'Exp',
  'Floor',
  'Identity',
  'Log',
  'QuantizeLinear',
  'Round',
]);

/** The same if the other operand is constant (and positive, for a product). */
const INCREASING_BY_CONSTANT = new Set(['Add', 'Div', 'Max', 'Min', 'Mul', 'Sub']);

/** Operators that reduce the outputs to a decision: which output is highest, and how high. */
const DECISIONS = new Set(['ArgMax', 'Hardmax', 'ReduceMax', 'TopK']);

const NORMALIZERS: ReadonlyMap<string, Normalization> = new Map([
  ['Softmax', 'SOFTMAX'],
  ['LogSoftmax', 'LOG_SOFTMAX'],
  ['Sigmoid', 'SIGMOID'],
]);

/** Normalizing operators whose input is not a float tensor. */
const OPAQUE: ReadonlyMap<string, Normalization> = new Map([
  ['QLinearSoftmax', 'SOFTMAX'],
  ['QLinearSigmoid', 'SIGMOID'],
]);

/** Operators whose results are weighted sums of what they are given. */
const LINEAR = new Set([
  'Conv',
  'ConvInteger',
  'Gemm',
  'MatMul',
  'MatMulBnb4',
  'MatMulInteger',
  'MatMulNBits',
  'QGemm',
  'QLinearConv',
  'QLinearMatMul',
]);

/** Fused operators, which ONNX Runtime writes when it saves an optimized graph; `activation` tells what they end in. */
const FUSED = new Set(['FusedConv', 'FusedGemm']);

/** Classifiers of scikit-learn: `post_transform` tells what they do to their scores. */
const SCIKIT_LEARN = new Set(['LinearClassifier', 'SVMClassifier', 'TreeEnsembleClassifier']);

/**
 * Follows a declared output back to the operator that normalizes logits, if the graph has one.
 *
 * Only candidates: `isNormalizationOf` later proves by values that the tensor really holds the logits (axis, operator set,
 * pattern).
 */
export function outputTail(
  trace: GraphTrace,
  functions: ReadonlyMap<string, OnnxFunction>,
  name: string,
): OutputTail {
  const { shown, decision, labels } = shownTensor(trace, name);
  const tail = { name, shown, decision, labels, normalizer: null, forms: [], isLinear: false };
  const forms: Form[] = [];
  const ranges = new ValueRanges();
  let tensor = shown;
  let made: Pick<OutputTail, 'normalizer' | 'forms'> | null = null;
  for (let steps = 0; steps <= trace.maxSteps; steps++) {
    const node = trace.producer(tensor);
    if (!node) break;
    const normalizer = normalizerAt(trace, functions, node, tensor);
    if (normalizer) {
      const source = plainSource(trace, normalizer.logits ?? normalizer.output);
      return { ...tail, normalizer, forms: forms.reverse(), source, labels: labels ?? labelsOf(node) };
    }
    if (made === null && ranges.areProbabilities(trace, tensor))
      made = {
        // Or averages of softmaxes, which the sum of the values tells.
        normalizer: { output: tensor, logits: null, kind: 'SIGMOID', isCertain: true },
        forms: forms.toReversed(),
      };
    const before = stepBack(trace, node, tensor);
    if (before === null) break;
    if (FORMS.has(node.operator)) forms.push({ node, output: tensor });
    tensor = before;
  }
  if (made?.normalizer) return { ...tail, ...made, source: plainSource(trace, made.normalizer.output) };
  const source = plainSource(trace, shown);
  const isLinear = isWeightedSum(trace, ranges, source);
  return { ...tail, source, isLinear, labels: labels ?? labelsOf(trace.producer(shown)) };
}

/**
 * Also with a bias or a scale, which exporters add as an operator of its own. A sum of probabilities whose weights are not known
 * may be an average of them.
 */
function isWeightedSum(trace: GraphTrace, ranges: ValueRanges, tensor: string): boolean {
  const node = trace.producer(tensor);
  if (!node) return true;
  if (LINEAR.has(node.operator))
    return ranges.areBounded(trace, tensor) || !ranges.areProbabilities(trace, node.inputs[0]);
  if (node.operator !== 'Add' && node.operator !== 'Mul') return false;
  const summed = node.inputs.filter((input) => !trace.constant(input));
  if (summed.length !== 1 || !LINEAR.has(trace.producer(summed[0])?.operator ?? '')) return false;
  return isWeightedSum(trace, ranges, summed[0]);
}

/** Skips a last quantizer, a ZipMap and a decision. */
function shownTensor(trace: GraphTrace, name: string): Pick<OutputTail, 'shown' | 'decision' | 'labels'> {
  let shown = name;
  let labels: string[] | null = null;
  let tensor = name;
  for (let steps = 0; steps <= trace.maxSteps; steps++) {
    const node = trace.producer(tensor);
    if (!node) break;
    const { operator, inputs } = node;
    if (DECISIONS.has(operator)) return { shown: inputs[0], decision: operator, labels };
    if (operator === 'ZipMap') labels = labelsOf(node);
    if (operator === 'ZipMap' || (operator === 'QuantizeLinear' && tensor === shown)) shown = inputs[0];
    else if (!(FORMS.has(operator) || operator === 'Cast' || operator === 'Identity')) break;
    tensor = inputs[0];
  }
  return { shown, decision: null, labels };
}

/** The tensor before an operator that keeps the order of values; null for any other operator. */
function stepBack(trace: GraphTrace, { operator, inputs, outputs }: OnnxNode, tensor: string): string | null {
  if (operator === 'Split') return inputs[0];
  if (outputs[0] !== tensor) return null;
  if (operator === 'Gather') return trace.constant(inputs[1]) ? inputs[0] : null;
  if (FORMS.has(operator) || INCREASING.has(operator)) return inputs[0];
  if (!INCREASING_BY_CONSTANT.has(operator)) return null;
  const [first, second] = inputs;
  if (trace.constant(second)) return isIncreasing(operator, trace.values(second)) ? first : null;
  // Of these, only constant − x and constant / x depend on the order of the operands, and both decrease.
  const commutes = operator !== 'Sub' && operator !== 'Div';
  return commutes && trace.constant(first) && isIncreasing(operator, trace.values(first)) ? second : null;
}

function isIncreasing(operator: string, constant: number[] | null): boolean {
  return (operator !== 'Mul' && operator !== 'Div') || (constant?.every((value) => value > 0) ?? true);
}

/** The tensor that others only cast or reshape. */
function plainSource(trace: GraphTrace, from: string): string {
  const plain = new Set([...FORMS, 'Cast', 'Identity', 'Dropout', 'DequantizeLinear', 'QuantizeLinear']);
  let tensor = from;
  for (let steps = 0; steps <= trace.maxSteps; steps++) {
    const node = trace.producer(tensor);
    if (!node || !plain.has(node.operator) || node.outputs[0] !== tensor) break;
    tensor = node.inputs[0];
  }
  return tensor;
}

function normalizerAt(
  trace: GraphTrace,
  functions: ReadonlyMap<string, OnnxFunction>,
  node: OnnxNode,
  output: string,
): Normalizer | null {
  const { operator, inputs } = node;
  const kind = NORMALIZERS.get(operator);
  if (kind) return { output, logits: inputs[0], kind, isCertain: true };
  const opaque = OPAQUE.get(operator);
  if (opaque || isFusedSigmoid(node))
    return { output, logits: null, kind: opaque ?? 'SIGMOID', isCertain: true };
  if (SCIKIT_LEARN.has(operator)) return ofScikitLearn(node, output);
  // Branches inside branches are rare, and in a hostile file they could lead in a circle.
  if (operator === 'If' && !trace.isInner) return insideBranches(trace, functions, node, output);
  const definition = functions.get(functionKey(node));
  if (definition) return insideFunction(definition, node, output);
  const softmax = decomposedSoftmax(trace, node);
  if (softmax) return { output, logits: softmax, kind: 'SOFTMAX', isCertain: false };
  const sigmoid = decomposedSigmoid(trace, node);
  return sigmoid ? { output, logits: sigmoid, kind: 'SIGMOID', isCertain: false } : null;
}

function isFusedSigmoid({ operator, attributes }: OnnxNode): boolean {
  return FUSED.has(operator) && attributes.get('activation')?.strings[0] === 'Sigmoid';
}

function ofScikitLearn({ attributes, outputs }: OnnxNode, output: string): Normalizer | null {
  const transform = attributes.get('post_transform')?.strings[0];
  if (outputs[1] !== output || (transform !== 'SOFTMAX' && transform !== 'LOGISTIC')) return null;
  return { output, logits: null, kind: transform === 'SOFTMAX' ? 'SOFTMAX' : 'SIGMOID', isCertain: true };
}

/** The key of the function that a node calls, without its overload: values prove later that the right one was found. */
export function functionKey({ domain, operator }: Pick<OnnxNode, 'domain' | 'operator'>): string {
  return JSON.stringify([domain, operator]);
}

/** A function that only normalizes its input, as exporters write an activation module. */
function insideFunction(definition: OnnxFunction, call: OnnxNode, output: string): Normalizer | null {
  const producers = new Map(definition.nodes.flatMap((node) => node.outputs.map((name) => [name, node])));
  const back = (from: string | undefined): string | undefined => {
    let tensor = from;
    for (let steps = 0; steps <= definition.nodes.length; steps++) {
      const node: OnnxNode | undefined = tensor === undefined ? undefined : producers.get(tensor);
      if (!node || !(INCREASING.has(node.operator) || FORMS.has(node.operator))) return tensor;
      tensor = node.inputs[0];
    }
    return tensor;
  };
  const found = back(definition.outputs[call.outputs.indexOf(output)]);
  const node = found === undefined ? undefined : producers.get(found);
  const kind = node && NORMALIZERS.get(node.operator);
  if (!node || !kind) return null;
  const input = back(node.inputs[0]);
  const logits = input === undefined ? undefined : call.inputs[definition.inputs.indexOf(input)];
  return { output, logits: logits ?? null, kind, isCertain: true };
}

/** The same normalizer at the end of each branch. Its logits can be read if they are outside. */
function insideBranches(
  trace: GraphTrace,
  functions: ReadonlyMap<string, OnnxFunction>,
  { branches, outputs }: OnnxNode,
  output: string,
): Normalizer | null {
  const place = outputs.indexOf(output);
  const found = branches.map((graph) => {
    const { normalizer } = outputTail(trace.inside(graph), functions, graph.outputs[place]?.name ?? '');
    const isInner = graph.nodes.some((node) => node.outputs.includes(normalizer?.logits ?? ''));
    return { kind: normalizer?.kind, logits: isInner ? null : (normalizer?.logits ?? null) };
  });
  const [{ kind, logits } = { kind: undefined, logits: null }] = found;
  if (!kind || found.some((other) => other.kind !== kind)) return null;
  const isShared = found.every((other) => other.logits === logits);
  return { output, logits: isShared ? logits : null, kind, isCertain: true };
}

/** exp(x) / sum(exp(x)), as some converters write a softmax; x may be shifted by its maximum. Also exp(x − logsumexp(x)). */
function decomposedSoftmax(trace: GraphTrace, { operator, inputs }: OnnxNode): string | null {
  if (operator === 'Exp') return beforeShift(trace, inputs[0]);
  if (operator !== 'Div' && operator !== 'Mul') return null;
  const exponential = inputs.map((input) => trace.producer(input)).find((node) => node?.operator === 'Exp');
  if (!exponential) return null;
  const other = inputs.find((input) => input !== exponential.outputs[0]);
  const divisor = other === undefined ? undefined : trace.producer(other);
  const sum = divisor?.operator === 'Reciprocal' ? trace.producer(divisor.inputs[0]) : divisor;
  if (sum?.operator !== 'ReduceSum' || sum.inputs[0] !== exponential.outputs[0]) return null;
  return beforeShift(trace, exponential.inputs[0]) ?? exponential.inputs[0];
}

/** x of x − y, where y is not constant. */
function beforeShift(trace: GraphTrace, tensor: string): string | null {
  const shift = trace.producer(tensor);
  return shift?.operator === 'Sub' && !trace.constant(shift.inputs[1]) ? shift.inputs[0] : null;
}

/** 1 / (1 + exp(−x)), exp(x) / (1 + exp(x)), or (1 + tanh(x / 2)) / 2. */
function decomposedSigmoid(trace: GraphTrace, node: OnnxNode): string | null {
  const { operator, inputs } = node;
  if (operator === 'Reciprocal') return negatedExponent(trace, inputs[0]);
  if (operator === 'Div') {
    if (trace.constant(inputs[0])) return negatedExponent(trace, inputs[1]);
    const exponential = trace.producer(inputs[0]);
    return exponential?.operator === 'Exp' && onePlus(trace, inputs[1]) === inputs[0]
      ? exponential.inputs[0]
      : null;
  }
  if (operator === 'Add') {
    const half = inputs.map((input) => trace.producer(input)).find((found) => found?.operator === 'Mul');
    const tanh = half?.inputs
      .map((input) => trace.producer(input))
      .find((found) => found?.operator === 'Tanh');
    const scaled = tanh && trace.producer(tanh.inputs[0]);
    if (scaled?.operator !== 'Mul' && scaled?.operator !== 'Div') return null;
    return scaled.inputs.find((input) => !trace.constant(input)) ?? null;
  }
  return null;
}

/** x of 1 + exp(−x) */
function negatedExponent(trace: GraphTrace, sum: string): string | null {
  const exponential = trace.producer(onePlus(trace, sum) ?? '');
  const negation = exponential?.operator === 'Exp' ? trace.producer(exponential.inputs[0]) : undefined;
  if (negation?.operator === 'Neg') return negation.inputs[0];
  if (negation?.operator === 'Mul' || negation?.operator === 'Sub')
    return negation.inputs.find((input) => !trace.constant(input)) ?? null;
  return null;
}

/** y of 1 + y */
function onePlus(trace: GraphTrace, sum: string): string | null {
  const node = trace.producer(sum);
  if (node?.operator !== 'Add' || !node.inputs.some((input) => trace.constant(input))) return null;
  return node.inputs.find((input) => !trace.constant(input)) ?? null;
}

function labelsOf(node: OnnxNode | undefined): string[] | null {
  if (!node || !(node.operator === 'ZipMap' || SCIKIT_LEARN.has(node.operator))) return null;
  const { attributes } = node;
  const names = attributes.get('classlabels_strings')?.strings ?? [];
  const numbers =
    attributes.get('classlabels_int64s')?.ints ?? attributes.get('classlabels_ints')?.ints ?? [];
  if (names.length > 0) return names;
  return numbers.length > 0 ? numbers.map(String) : null;
}
