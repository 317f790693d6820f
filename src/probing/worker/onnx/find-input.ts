import { ProbelogError } from '../../../errors/index.js';
import { note } from '../../../lib/notes.js';
import { ELEMENT_STORAGE } from './element-types.js';
import { type InputPath, inputPath } from './input-path.js';
import { ELEMENT_TYPES, type OnnxValue } from './model.js';
import type { GraphTrace } from './trace-graph.js';

/** The image input of a model; free edges are null. */
export interface ImageInput {
  name: string;
  type: keyof typeof ELEMENT_TYPES;
  layout: 'NCHW' | 'NHWC';
  channels: 1 | 3;
  /** 1 without a batch axis. */
  batch: number | null;
  height: number | null;
  width: number | null;
  /** Which of the layout's axes the tensor has. */
  axes: { batch: boolean; channel: boolean };
  /** What the graph does to the image first. */
  path: InputPath;
  /** Inputs that nothing reads. ONNX Runtime wants values for them all the same. */
  unused: UnusedInput[];
  /** Assumptions that were made, one sentence each. */
  notes: string[];
}

/** An input that nothing reads. */
export interface UnusedInput {
  name: string;
  type: keyof typeof ELEMENT_TYPES;
  /** With 1 where any size will do. */
  shape: number[];
}

type Shape = readonly (number | string)[];
type Layout = ImageInput['layout'];

const WANTED =
  '[N, 3, H, W] or [N, H, W, 3], also with one channel or without N, of float32, float16, float64, uint8, int8 or int32';

/**
 * Finds the one input that takes images: 4 axes, or 3 without the batch or the channel, with 1 or 3 channels.
 *
 * @param requested layout that overrides the shape
 * @throws ProbelogError MODEL_NO_IMAGE_INPUT; MODEL_UNSUPPORTED when the model has other inputs, too
 */
export function findInput(trace: GraphTrace, requested?: Layout): ImageInput {
  const { graph } = trace;
  // Old exporters list weights as inputs.
  const required = graph.inputs.filter(({ name }) => !graph.initializers.has(name));
  const unused = required.flatMap((value) => asUnused(trace, value) ?? []);
  const inputs = required.filter((value) => !unused.some(({ name }) => name === value.name));
  const images = inputs.flatMap((value) => asImage(trace, value, requested) ?? []);
  if (images.length === 0)
    throw new ProbelogError(
      'MODEL_NO_IMAGE_INPUT',
      `No input takes images (${WANTED}).${reasonOf(inputs)} The model's inputs: ${describeInputs(inputs)}.`,
    );
  if (inputs.length > 1) {
    const others = inputs.filter(({ name }) => name !== images[0].name).map(({ name }) => `"${name}"`);
    throw new ProbelogError(
      'MODEL_UNSUPPORTED',
      `The model has other inputs besides the image: ${others.slice(0, 20).join(', ')}. ${adviceFor(others)} Its inputs: ${describeInputs(inputs)}.`,
    );
  }
  const [image] = images;
  if (unused.length === 0) return image;
  const names = unused.map(({ name }) => `"${name}"`).join(', ');
  const said = note('INPUT_UNUSED', `Nothing in the model reads its input ${names}, so it gets zeros there.`);
  return { ...image, unused, notes: [...image.notes, said] };
}

function adviceFor(others: readonly string[]): string {
  // Keras 3 with TensorFlow makes inputs of a Normalization's numbers, and leaves these out of the file.
  if (others.every((name) => /normalization[^/]*\/(Sub|Sqrt)\//.test(name)))
    return "Keras's own export to ONNX lost the numbers of a Normalization layer: export the model as a SavedModel (`model.export(folder)`) and convert that (`python -m tf2onnx.convert --saved-model folder --output model.onnx`), or export it with the backend torch.";
  return 'Export it with the image as its only input, and the others as constants.';
}

/** Largest unused input, in values: a constant that was folded away. */
const MAX_UNUSED = 2 ** 20;
/** Operators whose subgraphs are not read, so what these use is not known. */
const WITH_SUBGRAPHS = new Set(['If', 'Loop', 'Scan', 'SequenceMap']);

/** An input that no node reads, and that is no output either; null for any other. */
function asUnused(trace: GraphTrace, { name, shape, elementType }: OnnxValue): UnusedInput | null {
  const { nodes, outputs } = trace.graph;
  const type = typeName(elementType);
  if (type === null || shape === null || trace.consumers(name).length > 0) return null;
  if (outputs.some((output) => output.name === name)) return null;
  if (nodes.some(({ operator }) => WITH_SUBGRAPHS.has(operator))) return null;
  const sizes = shape.map((size) => (typeof size === 'number' ? size : 1));
  return sizes.reduce((product, size) => product * size, 1) <= MAX_UNUSED
    ? { name, type, shape: sizes }
    : null;
}

function asImage(trace: GraphTrace, value: OnnxValue, requested?: Layout): ImageInput | null {
  const type = typeName(value.elementType);
  const { name, shape } = value;
  if (type === null || (shape?.length !== 4 && shape?.length !== 3)) return null;
  const path = inputPath(trace, name);
  // Without the parameters of its quantization, the pixels of an int8 input could mean anything.
  if (type === 'int8' && !path.quantization) return null;
  const notes: string[] = [];
  const whole = shape.length === 4 ? { shape, axes: WHOLE } : wholeShape(shape, path);
  if (!whole) return null;
  const layout = requested ?? layoutOf(whole.shape, path, notes, name);
  if (layout === null) return null;
  const declared = whole.shape[layout === 'NCHW' ? 1 : 3];
  const channels = typeof declared === 'number' ? declared : (path.channels ?? 3);
  if (channels !== 1 && channels !== 3) return null;
  const [batch] = whole.shape;
  const [height, width] = layout === 'NCHW' ? whole.shape.slice(2) : whole.shape.slice(1);
  return {
    name,
    type,
    layout,
    channels,
    batch: fixedSize(batch),
    height: fixedSize(height),
    width: fixedSize(width),
    axes: whole.axes,
    path,
    unused: [],
    notes,
  };
}

const WHOLE = { batch: true, channel: true };

/** Completes three axes to four: [C, H, W], [H, W, C] or, with one channel, [N, H, W]. */
function wholeShape(shape: Shape, { adds }: InputPath): { shape: Shape; axes: ImageInput['axes'] } | null {
  const [first, , last] = shape;
  const withBatch = { shape: [1, ...shape], axes: { batch: false, channel: true } };
  if (adds === 'CHANNEL')
    return { shape: [first, 1, ...shape.slice(1)], axes: { batch: true, channel: false } };
  if (isChannels(first) || isChannels(last) || isChannelName(first) || isChannelName(last)) return withBatch;
  // A fixed first axis of another size is a number of channels that no image has.
  if (typeof first === 'number') return null;
  return adds === 'BATCH'
    ? withBatch
    : { shape: [first, 1, ...shape.slice(1)], axes: { batch: true, channel: false } };
}

function layoutOf(shape: Shape, path: InputPath, notes: string[], name: string): Layout | null {
  if (isChannels(shape[1]) && !(isChannels(shape[3]) && path.layout === 'NHWC')) return 'NCHW';
  if (isChannels(shape[3])) return 'NHWC';
  const free = [shape[1], shape[3]].map((dimension) => typeof dimension === 'string');
  if (!free[0] && !free[1]) return null;
  if (free[0] && path.layout) return path.layout;
  const channelsLast = !free[0] || isChannelName(shape[3]);
  const layout = channelsLast ? 'NHWC' : 'NCHW';
  notes.push(
    note(
      'LAYOUT_ASSUMED',
      `The input "${name}" does not say which axis holds its channels; ${layout} was assumed.`,
    ),
  );
  return layout;
}

function isChannels(dimension: number | string): boolean {
  return dimension === 3 || dimension === 1;
}

function isChannelName(dimension: number | string): boolean {
  return typeof dimension === 'string' && /chan/i.test(dimension);
}

function fixedSize(dimension: number | string): number | null {
  return typeof dimension === 'number' ? dimension : null;
}

function typeName(elementType: number | null): ImageInput['type'] | null {
  for (const [name, value] of Object.entries(ELEMENT_TYPES))
    if (value === elementType) return name as ImageInput['type'];
  return null;
}

/** Why the only input takes no images. */
function reasonOf(inputs: readonly OnnxValue[]): string {
  if (inputs.length !== 1) return '';
  const [{ name, shape, elementType }] = inputs;
  if (shape === null)
    return ` The shape of "${name}" is missing. Export the model with the shape of its input.`;
  const type = ELEMENT_STORAGE.get(elementType ?? 0)?.name;
  const channels = [shape[1], shape[3]].filter((size) => typeof size === 'number');
  if (type === 'int8') return ` "${name}" is int8 and the graph does not say how it is quantized.`;
  if (type && !Object.keys(ELEMENT_TYPES).includes(type))
    return ` "${name}" has the type ${type}. Export the model with an input of float32.`;
  if (shape.length === 4 && channels.length > 0)
    return ` "${name}" has ${Math.min(...channels)} channels; images have 3 or 1.`;
  return '';
}

function describeInputs(values: readonly OnnxValue[]): string {
  const shown = values.slice(0, 20).map(({ name, shape, elementType }) => {
    const type = ELEMENT_STORAGE.get(elementType ?? 0)?.name ?? '';
    const prefix = type === 'float32' || type === '' ? '' : `${type} `;
    return `"${name}" ${prefix}${shape ? `[${shape.map((dimension) => dimension || '?').join(', ')}]` : '(no shape)'}`;
  });
  return shown.join(', ') || 'none';
}
