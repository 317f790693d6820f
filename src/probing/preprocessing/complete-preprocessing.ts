import { ProbelogError } from '../../errors/index.js';
import { note } from '../../lib/notes.js';
import type { PartialPreprocessing, PreprocessingSpec } from './preprocessing-spec.js';

/** The model's own input geometry; null for free edges. */
export interface InputGeometry {
  channels: 1 | 3;
  width: number | null;
  height: number | null;
}

/** Edge of the images for a model that takes any size and has no description. */
const DEFAULT_EDGE = 224;

/** Means and standard deviations of ImageNet's training images: what most classifiers expect. */
const IMAGENET_MEAN = [0.485, 0.456, 0.406];
const IMAGENET_STD = [0.229, 0.224, 0.225];

/** Maximum edge; a larger image is as large as a whole probe set. */
const MAX_EDGE = 4096;

/**
 * Completes a description. The size comes from the model's input (224 if it takes any size). Defaults are CROP, BILINEAR,
 * scale 1/255, ImageNet mean and std, and RGB; for one channel, luminance with mean 0 and std 1 (docs/preprocessing.md).
 *
 * @returns the complete description, and a sentence for each assumption
 * @throws ProbelogError PREPROCESSING_INVALID when it contradicts the model's input
 */
export function completePreprocessing(
  given: PartialPreprocessing | null,
  input: InputGeometry,
): { spec: PreprocessingSpec; notes: string[] } {
  const { assumptions = [], ...part } = given ?? {};
  const notes = [...assumptions];
  if (!given)
    notes.push(note('PREPROCESSING_ASSUMED', 'No preprocessing was described, so the default was used.'));
  const grayscale = input.channels === 1;
  const spec: PreprocessingSpec = {
    width: edge('width', part.width, input.width, notes),
    height: edge('height', part.height, input.height, notes),
    resize: part.resize ?? 'CROP',
    cropFraction: part.cropFraction ?? 1,
    ...defined({
      shortEdge: part.shortEdge,
      resizeWidth: part.resizeWidth,
      resizeHeight: part.resizeHeight,
      rounding: part.rounding,
      padColor: part.padColor && perChannel('padColor', part.padColor, input.channels),
    }),
    resample: part.resample ?? 'BILINEAR',
    scale: part.scale ?? 1 / 255,
    mean: perChannel('mean', part.mean ?? (grayscale ? [0] : IMAGENET_MEAN), input.channels),
    std: perChannel('std', part.std ?? (grayscale ? [1] : IMAGENET_STD), input.channels),
    channelOrder: part.channelOrder ?? 'RGB',
    grayscale,
  };
  if (part.layout) spec.layout = part.layout;
  return { spec, notes };
}

/** Without the fields that are undefined: the description is stored as JSON and compared. */
function defined<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}

function edge(
  name: 'width' | 'height',
  given: number | undefined,
  declared: number | null,
  notes: string[],
): number {
  if (given !== undefined && declared !== null && given !== declared)
    throw new ProbelogError(
      'PREPROCESSING_INVALID',
      `The preprocessing has ${name} ${given}, but the model takes ${declared}.`,
    );
  const size = given ?? declared ?? DEFAULT_EDGE;
  if (size > MAX_EDGE)
    throw new ProbelogError(
      'PREPROCESSING_INVALID',
      `The ${name} of ${size} pixels is too large; the limit is ${MAX_EDGE}.`,
    );
  if (given === undefined && declared === null)
    notes.push(
      note('SIZE_ASSUMED', `The model takes any ${name} and none was given, so ${DEFAULT_EDGE} was used.`),
    );
  return size;
}

/** One value per channel: a single value counts for all channels, and color statistics are averaged for luminance. */
function perChannel(name: string, values: number[], channels: number): number[] {
  if (values.length === channels) return values;
  if (values.length === 1) return Array.from({ length: channels }, () => values[0]);
  if (channels === 1) return [values.reduce((sum, value) => sum + value, 0) / values.length];
  throw new ProbelogError(
    'PREPROCESSING_INVALID',
    `${name} has ${values.length} values, but the model has ${channels} channels.`,
  );
}
