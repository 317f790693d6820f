import type { OnnxNode } from './model.js';
import type { GraphTrace } from './trace-graph.js';

/** Lowest and highest possible value. */
type Range = [low: number, high: number];

/** A graph of sigmoids of which some depend on each other has more paths than nodes. */
const MAX_VISITS = 20_000;
const ROUNDING = 1e-5;

/** Operators that select or move values, or take one of several. */
const CHOOSING = new Set([
  'Cast',
  'Concat',
  'Flatten',
  'Gather',
  'Identity',
  'Max',
  'Mean',
  'Min',
  'ReduceMax',
  'ReduceMean',
  'ReduceMin',
  'Reshape',
  'Slice',
  'Split',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
]);
/** Those of them with several inputs of values; further inputs of the others are axes, indexes and shapes. */
const OF_MANY = new Set(['Concat', 'Max', 'Mean', 'Min']);

/**
 * Whether a tensor is computed from sigmoids alone and its values are within 0..1 by construction: joined heads, averages of
 * several models, 1 − p. A few responses, or responses that fill little of 0..1, would not tell it.
 */
export function isMadeOfSigmoids(trace: GraphTrace, tensor: string): boolean {
  let visits = 0;
  const rangeOf = (from: string): Range | null => {
    visits++;
    const node = trace.producer(from);
    if (!node || visits > MAX_VISITS) return null;
    const { operator, inputs } = node;
    if (operator === 'Sigmoid' || operator === 'HardSigmoid') return [0, 1];
    if (CHOOSING.has(operator)) return unionOf((OF_MANY.has(operator) ? inputs : [inputs[0]]).map(rangeOf));
    return ofArithmetic(trace, node, rangeOf);
  };
  const range = rangeOf(tensor);
  return range !== null && range[0] >= -ROUNDING && range[1] <= 1 + ROUNDING;
}

function unionOf(ranges: (Range | null)[]): Range | null {
  const known = ranges.filter((range) => range !== null);
  if (known.length < ranges.length || known.length === 0) return null;
  return [Math.min(...known.map(([low]) => low)), Math.max(...known.map(([, high]) => high))];
}

/** Sums of sigmoids, and their sums, differences, products and quotients with a constant number. */
function ofArithmetic(
  trace: GraphTrace,
  { operator, inputs }: OnnxNode,
  rangeOf: (tensor: string) => Range | null,
): Range | null {
  if (!['Add', 'Div', 'Mul', 'Sub', 'Sum'].includes(operator)) return null;
  const constants = inputs.map((input) => (trace.constant(input) ? trace.values(input) : undefined));
  if (constants.every((values) => values === undefined)) {
    if (operator !== 'Add' && operator !== 'Sum') return null;
    const ranges = inputs.map(rangeOf).filter((range) => range !== null);
    if (ranges.length < inputs.length) return null;
    return ranges.reduce(([low, high], [least, most]) => [low + least, high + most]);
  }
  const place = constants.findIndex((values) => values !== undefined);
  const values = constants[place];
  const range = inputs.length === 2 ? rangeOf(inputs[1 - place]) : null;
  if (range === null || values?.length !== 1) return null;
  const [value] = values;
  if (operator === 'Div' && place === 0) return null;
  const apply = (x: number) => {
    if (operator === 'Add') return x + value;
    if (operator === 'Sub') return place === 0 ? value - x : x - value;
    return operator === 'Mul' ? x * value : x / value;
  };
  const ends = range.map(apply);
  return [Math.min(...ends), Math.max(...ends)];
}
