import { attribute, FLOAT, FLOAT16, floats, type GraphParts, model, node, value } from './encode-onnx.js';

/** Mean color times this 3 × 4 matrix: what {@link meanColor} models answer with. */
export const WEIGHTS = [1, 2, -1, 0.5, 3, -2, 4, 1, -3, 5, 2, 0.25];

/** The logits of a plain image by the formula of {@link meanColor}, for colors in 0..1. */
export function expectedLogits(color: number[]): number[] {
  return [0, 1, 2, 3].map((c) => color.reduce((sum, x, channel) => sum + x * WEIGHTS[channel * 4 + c], 0));
}

export interface MadeOptions {
  layout?: 'NCHW' | 'NHWC';
  type?: number;
  batch?: number | string;
  size?: number | string;
  /** Nodes behind the tensor "logits" and the outputs that they make; default: "logits" itself. */
  tail?: { nodes: Uint8Array[]; outputs: Uint8Array[]; initializers?: Uint8Array[] };
  opset?: number;
  domains?: string[];
  functions?: Uint8Array[];
  metadata?: Record<string, string>;
}

/** A classifier whose 4 logits are a linear function of the image's mean color; its graph is "image" → "logits". */
export function meanColor(options: MadeOptions = {}): Uint8Array {
  return model(meanColorGraph(options), options);
}

export function meanColorGraph({
  layout = 'NCHW',
  type = FLOAT,
  batch = 'N',
  size = 8,
  tail,
}: MadeOptions): GraphParts {
  const shape = layout === 'NCHW' ? [batch, 3, size, size] : [batch, size, size, 3];
  const nodes: Uint8Array[] = [];
  let at = 'image';
  if (type !== FLOAT) {
    nodes.push(node('Cast', [at], ['cast'], [attribute('to', FLOAT)]));
    at = 'cast';
  }
  if (layout === 'NHWC') {
    nodes.push(node('Transpose', [at], ['transposed'], [attribute('perm', [0, 3, 1, 2])]));
    at = 'transposed';
  }
  nodes.push(
    node('GlobalAveragePool', [at], ['pooled']),
    node('Flatten', ['pooled'], ['flat']),
    node('MatMul', ['flat', 'weights'], ['logits']),
    ...(tail?.nodes ?? []),
  );
  return {
    nodes,
    inputs: [value('image', type, shape)],
    outputs: tail?.outputs ?? [value('logits', FLOAT, [batch, 4])],
    initializers: [floats('weights', [3, 4], WEIGHTS), ...(tail?.initializers ?? [])],
  };
}

/** A float16 classifier from end to end. */
export function halfPrecision(): Uint8Array {
  return meanColor({
    type: FLOAT16,
    tail: {
      nodes: [node('Cast', ['logits'], ['half'], [attribute('to', FLOAT16)])],
      outputs: [value('half', FLOAT16, ['N', 4])],
    },
  });
}
