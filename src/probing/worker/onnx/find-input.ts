import { ProbelogError } from '../../../errors/index.js';
import { ELEMENT_TYPES, type OnnxGraph, type OnnxValue } from './model.js';

/** The image input of a model; free edges are null. */
export interface ImageInput {
  name: string;
  type: keyof typeof ELEMENT_TYPES;
  layout: 'NCHW' | 'NHWC';
  channels: 1 | 3;
  batch: number | null;
  height: number | null;
  width: number | null;
  /** Assumptions that were made, one sentence each. */
  notes: string[];
}

type Shape = (number | string)[];

/**
 * Finds the one input that takes images: rank 4, float32, float16 or uint8, with 1 or 3 channels on axis 1 or 3.
 *
 * @param layout overrides the shape
 * @throws ProbelogError MODEL_NO_IMAGE_INPUT; MODEL_UNSUPPORTED when the model has other inputs, too
 */
export function findInput(graph: OnnxGraph, layout?: 'NCHW' | 'NHWC'): ImageInput {
  // Old exporters list weights as inputs.
  const inputs = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const images = inputs.flatMap((value) => asImage(graph, value, layout) ?? []);
  if (images.length === 0)
    throw new ProbelogError(
      'MODEL_NO_IMAGE_INPUT',
      `No input takes images ([N, 3, H, W] or [N, H, W, 3] of float32, float16 or uint8). The model's inputs: ${describeInputs(inputs)}.`,
    );
  if (inputs.length > 1)
    throw new ProbelogError(
      'MODEL_UNSUPPORTED',
      `The model has other inputs besides the image. Its inputs: ${describeInputs(inputs)}.`,
    );
  return images[0];
}

function asImage(graph: OnnxGraph, value: OnnxValue, requested?: 'NCHW' | 'NHWC'): ImageInput | null {
  const type = typeName(value.elementType);
  const { name, shape } = value;
  if (type === null || shape?.length !== 4) return null;
  const notes: string[] = [];
  const layout = requested ?? layoutOf(shape, notes, name);
  if (layout === null) return null;
  const channels = channelsOf(graph, name, shape[layout === 'NCHW' ? 1 : 3]);
  if (channels === null) return null;
  const [height, width] = layout === 'NCHW' ? [shape[2], shape[3]] : [shape[1], shape[2]];
  return {
    name,
    type,
    layout,
    channels,
    batch: fixedSize(shape[0]),
    height: fixedSize(height),
    width: fixedSize(width),
    notes,
  };
}

function layoutOf(shape: Shape, notes: string[], name: string): 'NCHW' | 'NHWC' | null {
  if (isChannels(shape[1])) return 'NCHW';
  if (isChannels(shape[3])) return 'NHWC';
  const free = [shape[1], shape[3]].map((dimension) => typeof dimension === 'string');
  if (!free[0] && !free[1]) return null;
  const channelsLast = !free[0] || /chan/i.test(String(shape[3]));
  const layout = channelsLast ? 'NHWC' : 'NCHW';
  notes.push(`The input "${name}" does not say which axis holds its channels; ${layout} was assumed.`);
  return layout;
}

/** If the shape leaves the channels open, the first convolution's weights [M, C, kH, kW] determine them. */
function channelsOf(graph: OnnxGraph, input: string, declared: number | string): 1 | 3 | null {
  if (typeof declared === 'number') return isChannels(declared) ? (declared as 1 | 3) : null;
  const convolution = graph.nodes.find(({ operator, inputs }) => operator === 'Conv' && inputs[0] === input);
  return convolution && graph.initializers.get(convolution.inputs[1])?.[1] === 1 ? 1 : 3;
}

function isChannels(dimension: number | string): boolean {
  return dimension === 3 || dimension === 1;
}

function fixedSize(dimension: number | string): number | null {
  return typeof dimension === 'number' ? dimension : null;
}

function typeName(elementType: number | null): ImageInput['type'] | null {
  for (const [name, value] of Object.entries(ELEMENT_TYPES))
    if (value === elementType) return name as ImageInput['type'];
  return null;
}

function describeInputs(values: OnnxValue[]): string {
  const shown = values.slice(0, 20).map(({ name, shape }) => {
    return `"${name}" ${shape ? `[${shape.map((dimension) => dimension || '?').join(', ')}]` : '(no shape)'}`;
  });
  return shown.join(', ') || 'none';
}
