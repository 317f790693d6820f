import type { OnnxNode } from './model.js';
import type { GraphTrace } from './trace-graph.js';

/** Lowest and highest possible value. */
type Range = readonly [low: number, high: number];

/** A hostile graph may be large, or one long chain. */
const MAX_VISITS = 20_000;
const MAX_DEPTH = 500;
const ROUNDING = 1e-5;

const UNIT: Range = [0, 1];
const ANY: Range = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];

/** Operators whose values are bounded whatever they are given. */
const BOUNDED: ReadonlyMap<string, Range> = new Map([
  ['HardSigmoid', UNIT],
  ['Hardmax', UNIT],
  ['QLinearSigmoid', UNIT],
  ['QLinearSoftmax', UNIT],
  ['Sigmoid', UNIT],
  ['Softmax', UNIT],
  ['Tanh', [-1, 1]],
]);

/** Operators that select, move, quantize or average values, or take one of several, with the places of the inputs that have values. */
const CHOOSING: ReadonlyMap<string, (inputs: readonly string[]) => readonly string[]> = new Map([
  ...[
    'AveragePool',
    'Cast',
    'Dropout',
    'Expand',
    'Flatten',
    'Gather',
    'GlobalAveragePool',
    'GlobalMaxPool',
    'Identity',
    'MaxPool',
    'QuantizeLinear',
    'ReduceMax',
    'ReduceMean',
    'ReduceMin',
    'Reshape',
    'Slice',
    'Split',
    'Squeeze',
    'Tile',
    'TopK',
    'Transpose',
    'Unsqueeze',
  ].map((operator) => [operator, (inputs: readonly string[]) => inputs.slice(0, 1)] as const),
  ...['Concat', 'Max', 'Mean', 'Min'].map(
    (operator) => [operator, (inputs: readonly string[]) => inputs] as const,
  ),
  ['Where', (inputs) => inputs.slice(1)],
  // The scale and the zero point of the result, then three inputs for each tensor: itself, its scale and its zero point.
  ['QLinearConcat', (inputs) => inputs.filter((_, place) => place % 3 === 2)],
]);

/**
 * Between which values the tensors of a model are by construction. A few responses, or responses that fill little of 0..1,
 * would not tell that they are probabilities.
 *
 * By interval arithmetic, which forgets how values depend on each other: a range may be too wide, never too narrow.
 */
export class ValueRanges {
  private visits = 0;
  private readonly known = new Map<GraphTrace, Map<string, Range>>();

  /**
   * Whether the values are within 0..1 or 0..100: a hard sigmoid written out, joined heads, averages of several models,
   * products of two, 1 − p.
   */
  areProbabilities(trace: GraphTrace, tensor: string): boolean {
    const [low, high] = this.of(trace, tensor, 0);
    return low >= -ROUNDING && (high <= 1 + ROUNDING || Math.abs(high - 100) <= 100 * ROUNDING);
  }

  areBounded(trace: GraphTrace, tensor: string): boolean {
    return this.of(trace, tensor, 0).every(Number.isFinite);
  }

  private of(trace: GraphTrace, tensor: string, depth: number): Range {
    const ranges = this.known.get(trace) ?? new Map<string, Range>();
    this.known.set(trace, ranges);
    const known = ranges.get(tensor);
    if (known) return known;
    if (++this.visits > MAX_VISITS || depth > MAX_DEPTH) return ANY;
    const node = trace.producer(tensor);
    const values = trace.constant(tensor) && trace.numbers(tensor);
    const range = values ? hull(values) : node ? this.made(trace, node, tensor, depth + 1) : ANY;
    ranges.set(tensor, range);
    return range;
  }

  private made(trace: GraphTrace, node: OnnxNode, tensor: string, depth: number): Range {
    const { operator, inputs } = node;
    const bounded = BOUNDED.get(operator);
    if (bounded) return bounded;
    const of = (input: string) => this.of(trace, input, depth);
    const chosen = CHOOSING.get(operator)?.(inputs);
    if (chosen) return union(chosen.map(of));
    if (operator === 'If') {
      const place = node.outputs.indexOf(tensor);
      return union(
        node.branches.map((graph) => this.of(trace.inside(graph), graph.outputs[place]?.name ?? '', depth)),
      );
    }
    if (operator === 'DequantizeLinear' || operator === 'QLinearMul' || operator === 'QLinearAdd')
      return quantized(trace, node, of);
    if (operator === 'Gemm' || operator === 'MatMul') return weightedSum(trace, node, of);
    return arithmetic(trace, node, of);
  }
}

/** Elementwise operators. */
function arithmetic(
  trace: GraphTrace,
  { operator, inputs, attributes }: OnnxNode,
  of: (tensor: string) => Range,
): Range {
  const [first, second] = inputs;
  switch (operator) {
    case 'Add':
    case 'Sum':
      return inputs.map(of).reduce(([a, b], [c, d]) => [a + c, b + d]);
    case 'Sub': {
      const [[a, b], [c, d]] = [of(first), of(second)];
      return [a - d, b - c];
    }
    case 'Mul':
      return first === second ? power(of(first), 2) : product(of(first), of(second));
    case 'Div':
      return product(of(first), reciprocal(of(second)));
    case 'Reciprocal':
      return reciprocal(of(first));
    case 'Neg':
      return product(of(first), [-1, -1]);
    case 'Pow':
      return power(of(first), trace.numbers(second)?.[0]);
    case 'Sqrt':
      return power(of(first), 0.5);
    case 'Exp':
      return [Math.exp(of(first)[0]), Math.exp(of(first)[1])];
    case 'Relu':
      return [Math.max(of(first)[0], 0), Math.max(of(first)[1], 0)];
    case 'Clip': {
      const [, low, high] = inputs;
      const least = (low ? trace.numbers(low)?.[0] : attributes.get('min')?.floats[0]) ?? ANY[0];
      const most = (high ? trace.numbers(high)?.[0] : attributes.get('max')?.floats[0]) ?? ANY[1];
      const clipped = (x: number) => Math.min(Math.max(x, least), most);
      return [clipped(of(first)[0]), clipped(of(first)[1])];
    }
    default:
      return ANY;
  }
}

/** The range of a quantized tensor is that of the numbers that it stands for. */
function quantized(trace: GraphTrace, { operator, inputs }: OnnxNode, of: (tensor: string) => Range): Range {
  const at = (place: number): Range => {
    const [tensor, scale, zero] = inputs.slice(place, place + 3);
    if (!trace.constant(tensor)) return of(tensor);
    const factor = trace.numbers(scale)?.[0];
    const numbers = trace.numbers(tensor);
    const shift = zero ? trace.numbers(zero)?.[0] : 0;
    if (!numbers || factor === undefined || shift === undefined) return ANY;
    return product(hull(Array.from(numbers, (value) => value - shift)), single(factor));
  };
  if (operator === 'DequantizeLinear') return at(0);
  const [[a, b], [c, d]] = [at(0), at(3)];
  return operator === 'QLinearMul' ? product([a, b], [c, d]) : [a + c, b + d];
}

/** Of bounded values with weights that are known. */
function weightedSum(trace: GraphTrace, node: OnnxNode, of: (tensor: string) => Range): Range {
  const { inputs, attributes, operator } = node;
  const [low, high] = of(inputs[0]);
  const facts = trace.constant(inputs[1]);
  const weights = Number.isFinite(high - low) ? trace.numbers(inputs[1]) : null;
  const number = (name: string) => attributes.get(name)?.ints[0] ?? 0;
  if (!weights || facts?.shape.length !== 2 || number('transA') !== 0) return ANY;
  const isTransposed = number('transB') !== 0;
  const [rows, columns] = facts.shape;
  const sums = Array.from({ length: isTransposed ? rows : columns }, () => [0, 0] as [number, number]);
  for (let at = 0; at < weights.length; at++) {
    const weight = weights[at];
    const sum = sums[isTransposed ? Math.floor(at / columns) : at % columns];
    sum[0] += weight * (weight > 0 ? low : high);
    sum[1] += weight * (weight > 0 ? high : low);
  }
  const scaled = product(union(sums), single(attributes.get('alpha')?.floats[0] ?? 1));
  if (operator === 'MatMul' || !inputs[2]) return scaled;
  const bias = product(of(inputs[2]), single(attributes.get('beta')?.floats[0] ?? 1));
  return [scaled[0] + bias[0], scaled[1] + bias[1]];
}

function single(value: number): Range {
  return [value, value];
}

function hull(values: ArrayLike<number>): Range {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < values.length; at++) {
    low = Math.min(low, values[at]);
    high = Math.max(high, values[at]);
  }
  return low <= high ? [low, high] : ANY;
}

function union(ranges: readonly Range[]): Range {
  return ranges.length === 0
    ? ANY
    : [hull(ranges.map(([low]) => low))[0], hull(ranges.map(([, high]) => high))[1]];
}

function product([a, b]: Range, [c, d]: Range): Range {
  const ends = [a * c, a * d, b * c, b * d];
  // 0 · ∞
  return ends.some(Number.isNaN) ? ANY : hull(ends);
}

function reciprocal([low, high]: Range): Range {
  return low > 0 || high < 0 ? [1 / high, 1 / low] : ANY;
}

/** @param exponent undefined when it is not known */
function power([low, high]: Range, exponent: number | undefined): Range {
  if (exponent === undefined || exponent <= 0) return ANY;
  if (low >= 0) return [low ** exponent, high ** exponent];
  return exponent === 2 ? [0, Math.max(low * low, high * high)] : ANY;
}
