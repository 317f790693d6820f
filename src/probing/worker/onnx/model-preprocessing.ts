import { ProbelogError } from '../../../errors/index.js';
import { note, parseNote } from '../../../lib/notes.js';
import { preprocessingDifferences } from '../../preprocessing/preprocessing-differences.js';
import type { PartialPreprocessing } from '../../preprocessing/preprocessing-spec.js';
import type { ImageInput } from './find-input.js';
import type { InputPath } from './input-path.js';
import type { OnnxModel } from './model.js';

type Metadata = ReadonlyMap<string, string>;

/** Integer types of images: their values are the pixels. */
const RAW_TYPES: readonly ImageInput['type'][] = ['uint8', 'int32'];

/** Preprocessing by `Image.NominalPixelRange` of ONNX's image metadata, in lower case. */
const RANGES: ReadonlyMap<string, PartialPreprocessing> = new Map([
  ['nominalrange_0_255', { scale: 1, mean: [0], std: [1] }],
  ['normalized_0_1', { scale: 1 / 255, mean: [0], std: [1] }],
  ['normalized_1_1', { scale: 1 / 127.5, mean: [1], std: [1] }],
  ['nominalrange_16_235', { scale: 219 / 255, mean: [-16], std: [1] }],
]);

/** Channels by `Image.BitmapPixelFormat`, in lower case; alpha is what images here have none of. */
const FORMATS: ReadonlyMap<string, { channels: number; channelOrder?: 'RGB' | 'BGR' }> = new Map([
  ['gray8', { channels: 1 }],
  ['rgb8', { channels: 3, channelOrder: 'RGB' }],
  ['rgba8', { channels: 3, channelOrder: 'RGB' }],
  ['bgr8', { channels: 3, channelOrder: 'BGR' }],
  ['bgra8', { channels: 3, channelOrder: 'BGR' }],
]);

/** Names of metadata that describe the preprocessing in a form of some tool's own. */
const DESCRIPTIVE =
  /(^|[._])(mean|std|scale|normali[sz]\w*|preproc\w*|transforms?|pixel_?range|channel_?order|colou?r_?(order|format|space)|input_?(size|shape|range)|image_?(size|mean|std)|interpolation|crop_?\w*)$/i;

/** What the tasks of ultralytics' metadata other than `classify` are. */
const OTHER_TASKS: ReadonlyMap<string, string> = new Map([
  ['detect', 'a detector'],
  ['segment', 'a segmenter'],
  ['pose', 'a pose estimator'],
  ['obb', 'a detector of rotated boxes'],
]);

/** Fields of a description without which the default, ImageNet's, is a guess. */
const DEFAULTED = ['scale', 'mean', 'std'] as const;

/** @throws ProbelogError MODEL_NO_LOGITS_OUTPUT when the metadata say that the model is no classifier */
export function refuseOtherTasks(metadata: Metadata): void {
  const kind = OTHER_TASKS.get(metadata.get('task') ?? '');
  if (kind)
    throw new ProbelogError(
      'MODEL_NO_LOGITS_OUTPUT',
      `The model is ${kind}, as its metadata "task" says, and no image classifier.`,
    );
}

/**
 * Adds what a model says about its own preprocessing: ONNX's image metadata, ultralytics' metadata, and the operators ahead
 * of the network. A description has precedence, but what the graph does is never done twice.
 */
export function withModelPreprocessing(
  given: PartialPreprocessing | null,
  input: ImageInput,
  { metadata, producer }: Pick<OnnxModel, 'metadata' | 'producer'>,
): PartialPreprocessing | null {
  const assumptions = [...(given?.assumptions ?? [])];
  const { path } = input;
  const isRaw = RAW_TYPES.includes(input.type);
  const said = given
    ? {}
    : { ...ofMetadata(metadata, input, assumptions), ...ofUltralytics(metadata, input, assumptions) };
  const frame = given ? frameOf(given, metadata, input) : {};
  if (given) noteDisagreement({ ...frame, ...given }, metadata, input, assumptions);
  else noteUnread(metadata, assumptions);
  // Channels last are Keras's layout; tf2onnx can put them first (`inputs_as_nchw`).
  const isOfKeras = input.layout === 'NHWC' || /tf2onnx/i.test(producer);
  const graph = isRaw ? {} : ofNormalization(given, path.normalization, isOfKeras, assumptions);
  const size = ofResize(given, input);
  if (isRaw && (path.normalization || path.resize))
    assumptions.push(note('PREPROCESSING_FROM_MODEL', ownPreparation(path)));
  else if (path.resize)
    assumptions.push(note('PREPROCESSING_FROM_MODEL', 'The model resizes its images itself.'));
  if (isRaw && given && (given.mean || given.std))
    assumptions.push(
      note(
        'FIELD_LEFT_OUT',
        `The input is ${input.type} and takes pixels as they are, so mean, std and scale are not used.`,
      ),
    );
  const added: Partial<PartialPreprocessing> = { ...size, ...said, ...graph };
  const missing = DEFAULTED.filter((field) => given?.[field] === undefined && added[field] === undefined);
  if (given && !isRaw && missing.length > 0)
    assumptions.push(
      note(
        'PREPROCESSING_ASSUMED',
        `The description does not give ${missing.join(', ')}, so the default was used.`,
      ),
    );
  if (!given && Object.keys(added).length === 0 && assumptions.length === 0) return null;
  if (!given)
    assumptions.push(
      note(
        'PREPROCESSING_ASSUMED',
        'No preprocessing was described; what the model does not say is the default.',
      ),
    );
  return { ...size, ...said, ...frame, ...given, ...graph, assumptions };
}

function ofMetadata(metadata: Metadata, { channels }: ImageInput, notes: string[]): PartialPreprocessing {
  const format = metadata.get('Image.BitmapPixelFormat');
  const range = metadata.get('Image.NominalPixelRange');
  const gamma = metadata.get('Image.ColorSpaceGamma');
  const assume = (what: string) => notes.push(note('PREPROCESSING_ASSUMED', `The model's metadata ${what}.`));
  const known = FORMATS.get(format?.toLowerCase() ?? '');
  if (format !== undefined && !known)
    assume(`says Image.BitmapPixelFormat ${format}, which is not known, so the channels were taken for RGB`);
  else if (known && known.channels !== channels)
    assume(
      `says Image.BitmapPixelFormat ${format}, but the input has ${channels} channels, so ${channels === 1 ? 'gray' : (known.channelOrder ?? 'RGB')} was assumed`,
    );
  const scaling = RANGES.get(range?.toLowerCase() ?? '');
  if (range !== undefined && !scaling)
    assume(`says Image.NominalPixelRange ${range}, which is not known, so the default range was assumed`);
  if (gamma !== undefined && !/^srgb$/i.test(gamma))
    notes.push(
      note(
        'COLOR_SPACE',
        `The model wants another color space (Image.ColorSpaceGamma ${gamma}), but its images are in sRGB.`,
      ),
    );
  if (format === undefined && range === undefined) return {};
  const used = [known && format, scaling && range].filter((value) => value !== undefined);
  if (used.length > 0)
    notes.push(
      note(
        'PREPROCESSING_FROM_MODEL',
        `The channel order and the range of pixels come from the model's metadata (${used.join(', ')}).`,
      ),
    );
  // The platforms that write these metadata scale whole images.
  return { channelOrder: known?.channelOrder ?? 'RGB', ...scaling, resize: 'STRETCH' };
}

/** How ultralytics crops, for a description that does not say how images are cropped. */
function frameOf(given: PartialPreprocessing, metadata: Metadata, input: ImageInput): PartialPreprocessing {
  const { width = input.width, height = input.height, resize, shortEdge, cropFraction, rounding } = given;
  if ((resize ?? shortEdge ?? cropFraction ?? rounding) !== undefined) return {};
  const theirs = ofUltralytics(metadata, { ...input, width, height }, []);
  if (theirs.resize === undefined) return {};
  const edge = theirs.shortEdge === undefined ? {} : { shortEdge: theirs.shortEdge };
  return { resize: theirs.resize, rounding: theirs.rounding, ...edge };
}

/** A note about metadata that describe other pixels than the description does, which is followed. */
function noteDisagreement(
  given: PartialPreprocessing,
  metadata: Metadata,
  input: ImageInput,
  notes: string[],
): void {
  const unknown: string[] = [];
  // Whole images are what the platforms do, not what the metadata say.
  const { resize: _, ...said } = {
    ...ofMetadata(metadata, input, unknown),
    ...ofUltralytics(metadata, input, []),
  };
  notes.push(...unknown.filter((stored) => parseNote(stored).code === 'COLOR_SPACE'));
  if (unknown.some((stored) => parseNote(stored).code === 'PREPROCESSING_ASSUMED'))
    notes.push(
      note(
        'FIELD_LEFT_OUT',
        `The preprocessing is described, so the model's metadata (${shownMetadata(metadata)}), which are not known, were not used.`,
      ),
    );
  const { scale, mean, std } = given;
  const other = { ...given, ...said, ...(RAW_TYPES.includes(input.type) && { scale, mean, std }) };
  const differences = preprocessingDifferences(given, other);
  if (differences.length > 0)
    notes.push(
      note(
        'SOURCES_DISAGREE',
        `The description and the model's metadata describe different preprocessing. The description was used; the metadata say ${differences.join('; ')}.`,
      ),
    );
}

function shownMetadata(metadata: Metadata): string {
  const images = [...metadata].filter(([key]) => key.startsWith('Image.'));
  return images.map(([key, value]) => `${key} ${value}`).join(', ');
}

/** A note about metadata that describe the preprocessing and are not read. */
function noteUnread(metadata: Metadata, notes: string[]): void {
  const others = [...metadata.keys()].filter((key) => !key.startsWith('Image.') && DESCRIPTIVE.test(key));
  if (others.length > 0)
    notes.push(
      note(
        'PREPROCESSING_ASSUMED',
        `The model's metadata ${others.join(', ')} look like preprocessing, but are of no form that is read. Give what they say with --preprocessing.`,
      ),
    );
}

function ofUltralytics(metadata: Metadata, input: ImageInput, notes: string[]): PartialPreprocessing {
  const isTheirs = /ultralytics/i.test(`${metadata.get('author')} ${metadata.get('description')}`);
  if (!isTheirs) return {};
  const [sizeHeight, sizeWidth = sizeHeight] = metadata.get('imgsz')?.match(/\d+/g)?.map(Number) ?? [];
  const [height, width] = [input.height ?? sizeHeight, input.width ?? sizeWidth];
  notes.push(
    note(
      'PREPROCESSING_FROM_MODEL',
      'The model comes from ultralytics, so pixels are scaled to 0..1 without mean and std.',
    ),
  );
  return {
    scale: 1 / 255,
    mean: [0],
    std: [1],
    ...(input.height === null && height ? { height } : {}),
    ...(input.width === null && width ? { width } : {}),
    // Its `classify_transforms` are torchvision's Resize, of the short edge for squares only, and CenterCrop.
    rounding: 'TORCHVISION',
    ...(width === height ? { resize: 'CROP', shortEdge: width } : { resize: 'STRETCH' }),
  };
}

/** The size that the graph resizes to: there, its own resizing changes nothing and the whole image is seen. */
function ofResize(
  given: PartialPreprocessing | null,
  { path, height, width }: ImageInput,
): PartialPreprocessing {
  if (!path.resize || height !== null || width !== null) return {};
  const { height: toHeight, width: toWidth } = path.resize;
  const isKnown = given?.width === undefined && given?.height === undefined && toHeight && toWidth;
  return {
    ...(given?.resize ? {} : { resize: 'STRETCH' as const }),
    ...(isKnown ? { height: toHeight, width: toWidth } : {}),
  };
}

function ofNormalization(
  given: PartialPreprocessing | null,
  normalization: InputPath['normalization'],
  isOfKeras: boolean,
  notes: string[],
): PartialPreprocessing {
  if (!normalization || isTrivial(normalization)) return {};
  const shown = `x · ${list(normalization.factor)} + ${list(normalization.offset)}`;
  if (!given) {
    const isOfBytes = takesBytes(normalization);
    notes.push(
      note(
        'PREPROCESSING_FROM_MODEL',
        `The model normalizes its images itself (${shown}), so it gets pixels of 0..${isOfBytes ? 255 : 1}, without mean and std.`,
      ),
    );
    const scale = isOfBytes ? 1 : 1 / 255;
    // Keras scales whole images.
    return { scale, mean: [0], std: [1], ...(isOfKeras ? { resize: 'STRETCH' as const } : {}) };
  }
  for (const scale of [1, 1 / 255])
    if (isSame(given, normalization, scale)) {
      const isTwice = !(given.scale === scale && isPlain(given));
      if (isTwice)
        notes.push(
          note(
            'PREPROCESSING_TWICE',
            `The described normalization is already in the model (${shown}), so it gets pixels of 0..${scale === 1 ? 255 : 1}.`,
          ),
        );
      return { scale, mean: [0], std: [1] };
    }
  notes.push(
    note(
      'PREPROCESSING_TWICE',
      `The model also normalizes its images itself (${shown}), after the described preprocessing.`,
    ),
  );
  return {};
}

function isPlain({ mean = [], std = [] }: PartialPreprocessing): boolean {
  return (
    mean.every((value) => value === 0) && std.every((value) => value === 1) && mean.length + std.length > 0
  );
}

function isTrivial({ factor, offset }: NonNullable<InputPath['normalization']>): boolean {
  return factor.every((value) => value === 1) && offset.every((value) => value === 0);
}

/** Whether 0..255 fits better than 0..1: the zero or the unit of the result lies beyond 0..1. */
function takesBytes({ factor, offset }: NonNullable<InputPath['normalization']>): boolean {
  return factor.some((value, c) => {
    const zero = Math.abs((offset[offset.length === 1 ? 0 : c] ?? 0) / value);
    return Math.max(zero, Math.abs(1 / value)) > 2;
  });
}

/** Whether a description does to a pixel what the graph does to `scale` times the pixel, within 2 %. */
function isSame(
  given: PartialPreprocessing,
  { factor, offset }: NonNullable<InputPath['normalization']>,
  scale: number,
): boolean {
  const { mean, std } = given;
  if (!mean || !std) return false;
  const at = (values: number[], c: number) => values[values.length === 1 ? 0 : c] ?? Number.NaN;
  return [0, 1, 2].every((c) => {
    const slope = (given.scale ?? 1 / 255) / at(std, c);
    const start = -at(mean, c) / at(std, c);
    const isNear = (one: number, other: number) =>
      Math.abs(one - other) <= 0.02 * Math.max(Math.abs(one), 255 * slope);
    return Math.abs(slope - at(factor, c) * scale) <= 0.02 * Math.abs(slope) && isNear(start, at(offset, c));
  });
}

function ownPreparation({ normalization, resize }: InputPath): string {
  const does = [resize && 'resizes', normalization && 'normalizes']
    .filter((part) => part !== null)
    .join(' and ');
  return `The model ${does} its images itself, so it gets pixels as they are.`;
}

function list(values: number[]): string {
  const rounded = values.map((value) => Number(value.toPrecision(3)));
  return rounded.length === 1 ? String(rounded[0]) : `[${rounded.join(', ')}]`;
}
