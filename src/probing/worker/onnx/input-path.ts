import type { OnnxNode } from './model.js';
import type { GraphTrace } from './trace-graph.js';

/** What a graph's first operators do to its image. */
export interface InputPath {
  /** The layout that they need; null when they do not tell. */
  layout: 'NCHW' | 'NHWC' | null;
  /** The channels of the first convolution; null when there is none. */
  channels: number | null;
  /** For an input of three axes: whether the first operator adds the batch axis or the channel axis; null when it does not tell. */
  adds: 'BATCH' | 'CHANNEL' | null;
  /** Normalization of pixels: `factor[c] · x + offset[c]`, one value for all channels or one for each; null without one. */
  normalization: { factor: number[]; offset: number[] } | null;
  /** The size that the graph resizes images to, if it is constant; null without a resizing. */
  resize: { width: number | null; height: number | null } | null;
  /** How a quantized input stands for numbers; null when the graph does not tell. */
  quantization: { scale: number; zero: number } | null;
}

/** Operators that pass pixels on. */
const PASSING = new Set(['Cast', 'Clip', 'Identity', 'Pad', 'QuantizeLinear', 'Dropout']);
const ARITHMETIC = new Set(['Add', 'Div', 'Mul', 'Sub']);
/** Convolutions with the place of their weights [M, C / group, kH, kW]. */
const CONVOLUTIONS: ReadonlyMap<string, number> = new Map([
  ['Conv', 1],
  ['ConvInteger', 1],
  ['FusedConv', 1],
  ['QLinearConv', 3],
]);
/** Operators before which images have the layout NCHW. */
const CHANNELS_FIRST = new Set(['AveragePool', 'BatchNormalization', 'GlobalAveragePool', 'MaxPool']);
/** Operators ahead of the network; more are no preparation. */
const MAX_STEPS = 24;

/** Follows an input forward through the operators that prepare its pixels. */
export function inputPath(trace: GraphTrace, input: string): InputPath {
  const path: InputPath = {
    layout: null,
    channels: null,
    adds: null,
    normalization: null,
    resize: null,
    quantization: null,
  };
  const axes: Axes = { order: [0, 1, 2, 3], isKnown: true };
  let tensor = input;
  for (let step = 0; step < MAX_STEPS; step++) {
    const consumers = trace.consumers(tensor).filter(({ operator }) => operator !== 'Shape');
    const node = consumers[0];
    if (consumers.length !== 1 || node.outputs.length === 0) break;
    if (!follow(trace, node, tensor, path, axes)) break;
    tensor = node.outputs[0];
  }
  return path;
}

/** Which axis of the input each axis of the current tensor is. */
interface Axes {
  order: number[];
  isKnown: boolean;
}

/** Records what a node does. @returns whether it only prepares pixels */
function follow(trace: GraphTrace, node: OnnxNode, tensor: string, path: InputPath, axes: Axes): boolean {
  const { operator, inputs, attributes } = node;
  const weights = CONVOLUTIONS.get(operator);
  if (weights !== undefined || CHANNELS_FIRST.has(operator)) {
    const layout = axes.isKnown ? layoutBefore(axes.order) : null;
    // Networks that pool channels-last images without a Transpose exist; a convolution needs NCHW.
    if (weights !== undefined || layout === 'NHWC') path.layout = layout;
    const shape = weights === undefined ? undefined : trace.constant(inputs[weights])?.shape;
    if (shape?.length === 4) path.channels = shape[1] * (attributes.get('group')?.ints[0] ?? 1);
    if (operator === 'QLinearConv') path.quantization ??= quantizationOf(trace, inputs[1], inputs[2]);
    return false;
  }
  if (operator === 'Transpose') {
    const perm = attributes.get('perm')?.ints ?? [];
    if (perm.length === 4) axes.order = perm.map((axis) => axes.order[axis]);
    else axes.isKnown = false;
    return true;
  }
  if (operator === 'Unsqueeze') {
    const axis = trace.values(inputs[1])?.[0] ?? attributes.get('axes')?.ints[0];
    if (axis === 0) path.adds ??= 'BATCH';
    else if (axis !== undefined) path.adds ??= 'CHANNEL';
    axes.isKnown = false;
    return true;
  }
  if (operator === 'DequantizeLinear') {
    path.quantization ??= quantizationOf(trace, inputs[1], inputs[2]);
    return true;
  }
  if (operator === 'Resize' || operator === 'Upsample') {
    path.resize = targetOf(trace, node, axes);
    return true;
  }
  if (operator === 'ImageScaler') {
    const factor = attributes.get('scale')?.floats ?? [1];
    normalize(path, factor, attributes.get('bias')?.floats ?? [0]);
    return true;
  }
  if (ARITHMETIC.has(operator)) return followArithmetic(trace, node, tensor, path);
  return PASSING.has(operator) && inputs[0] === tensor;
}

function followArithmetic(
  trace: GraphTrace,
  { operator, inputs }: OnnxNode,
  tensor: string,
  path: InputPath,
): boolean {
  const place = inputs.indexOf(tensor);
  const constant = trace.values(inputs[1 - place]);
  if (!constant || (constant.length !== 1 && constant.length !== 3)) return false;
  if (operator === 'Mul') normalize(path, constant, [0]);
  else if (operator === 'Add') normalize(path, [1], constant);
  else if (operator === 'Sub') {
    if (place === 0)
      normalize(
        path,
        [1],
        constant.map((value) => -value),
      );
    else normalize(path, [-1], constant);
  } else if (place === 0 && !constant.includes(0))
    normalize(
      path,
      constant.map((value) => 1 / value),
      [0],
    );
  else return false;
  return true;
}

/** Appends `factor · x + offset`. */
function normalize(path: InputPath, factor: number[], offset: number[]): void {
  const before = path.normalization ?? { factor: [1], offset: [0] };
  const lists = [before.factor, before.offset, factor, offset];
  const length = Math.max(...lists.map((list) => list.length));
  const [f0, o0, f1, o1] = lists.map((list) => (c: number) => list[list.length === 1 ? 0 : c] ?? Number.NaN);
  const places = Array.from({ length }, (_, c) => c);
  path.normalization = {
    factor: places.map((c) => f0(c) * f1(c)),
    offset: places.map((c) => o0(c) * f1(c) + o1(c)),
  };
}

/** The layout of an input whose axes come in this order where the graph has NCHW. */
function layoutBefore(order: readonly number[]): 'NCHW' | 'NHWC' | null {
  const axes = order.join('');
  if (axes === '0123') return 'NCHW';
  return axes === '0312' ? 'NHWC' : null;
}

function quantizationOf(
  trace: GraphTrace,
  scale: string,
  zero: string | undefined,
): InputPath['quantization'] {
  const scales = trace.values(scale);
  if (scales?.length !== 1) return null;
  return { scale: scales[0], zero: trace.values(zero)?.[0] ?? 0 };
}

/** The size of a Resize, by its input `sizes`: of all axes, or of the last two of NCHW. */
function targetOf(trace: GraphTrace, { inputs }: OnnxNode, { order }: Axes): InputPath['resize'] {
  const sizes = trace.values(inputs[3]) ?? [];
  if (sizes.length === 2) return { height: sizes[0], width: sizes[1] };
  if (sizes.length !== 4) return { height: null, width: null };
  // Of NHWC, unless the axes were moved to NCHW, the second is small only for NCHW.
  const isNchw = sizes[1] <= 3 && sizes[3] > 3;
  return order.join('') === '0123' && !isNchw
    ? { height: sizes[1], width: sizes[2] }
    : { height: sizes[2], width: sizes[3] };
}
