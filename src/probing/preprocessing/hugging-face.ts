import { z } from 'zod';
import type { ResampleFilter } from '../../domain/index.js';
import { note } from '../../lib/notes.js';
import { checkPart, edge, invalidPreprocessing, means } from './description-fields.js';
import { IMAGE_PROCESSORS, type ImageProcessor, UNSUPPORTED_PROCESSORS } from './image-processors.js';
import type { PartialPreprocessing } from './preprocessing-spec.js';
import { isTimmConfig, timmPreprocessing } from './timm.js';

const optionalEdge = edge.nullish();

/** `224`, `[height, width]`, `{ shortest_edge }` or `{ height, width }`. */
const size = z.union([
  edge,
  z.array(edge).min(1).max(2),
  z.looseObject({
    height: optionalEdge,
    width: optionalEdge,
    shortest_edge: optionalEdge,
    longest_edge: optionalEdge,
    max_height: optionalEdge,
    max_width: optionalEdge,
  }),
]);

/** One number per channel, or one for all. */
const statistics = z.union([z.number().transform((value) => [value]), means]);
const divisors = statistics.refine((values) => !values.includes(0), 'must not be 0');

/** What the image processors of transformers read. `null` means the same as a field that is left out. */
const configSchema = z.looseObject({
  image_processor_type: z.string().nullish(),
  feature_extractor_type: z.string().nullish(),
  do_resize: z.boolean().nullish(),
  size: size.nullish(),
  resample: z.int().min(0).max(5).nullish(),
  do_center_crop: z.boolean().nullish(),
  crop_size: size.nullish(),
  crop_pct: z.number().gt(0.1).max(1).nullish(),
  do_rescale: z.boolean().nullish(),
  rescale_factor: z.number().positive().nullish(),
  rescale_offset: z.boolean().nullish(),
  do_normalize: z.boolean().nullish(),
  include_top: z.boolean().nullish(),
  image_mean: statistics.nullish(),
  image_std: divisors.nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  default_to_square: z.boolean().nullish(),
  resize_short: edge.nullish(),
  size_divisor: z.int().min(1).nullish(),
  // Aliases that hand-written files without a type use.
  mean: statistics.nullish(),
  std: divisors.nullish(),
});

type Config = z.infer<typeof configSchema>;

/** Fields that do not change the pixels of an image. */
const WITHOUT_EFFECT = new Set([
  'processor_class',
  'auto_map',
  'architectures',
  'model_type',
  'backend',
  'dtype',
  'torch_dtype',
  'use_fast',
  'num_channels',
  'do_convert_rgb',
  'do_reduce_labels',
  'reduce_labels',
  'device',
  'disable_grouping',
  'data_format',
  'input_data_format',
  'return_tensors',
  // Of releases before 4.20; the processors of today do not read it.
  'do_resize_and_center_crop',
  'model_input_names',
  'id2label',
  'label2id',
  'num_labels',
  'transformers_version',
  '_name_or_path',
  '_commit_hash',
  '_valid_processor_keys',
  '_processor_class',
  'image_seq_length',
]);

/**
 * Fields of other processors, for the sizes of batches, patches and pages. transformers keeps them in any description, and none of
 * the processors in `IMAGE_PROCESSORS` changes pixels by them (each tried with release 5.24): `do_pad` without `pad_size` only makes
 * images of one batch equally large, which they are.
 */
const OF_OTHER_PROCESSORS = new Set([
  'apply_ocr',
  'do_align_axis',
  'do_align_long_axis',
  'do_pad',
  'do_thumbnail',
  'ensure_multiple_of',
  'keep_aspect_ratio',
  'max_image_size',
  'max_num_patches',
  'max_pixels',
  'max_size',
  'merge_size',
  'min_pixels',
  'pad_size',
  'patch_size',
  'temporal_patch_size',
]);

/** Pillow's filter ids. */
const RESAMPLE: ResampleFilter[] = ['NEAREST', 'LANCZOS', 'BILINEAR', 'BICUBIC', 'BOX', 'HAMMING'];

/** ConvNeXT's rule: a smaller edge is resized to edge / crop_pct and cropped; from here on, images are stretched. */
const CONVNEXT_STRETCH_FROM = 384;
/** LeViT's rule: the short edge is resized to this share more than the crop. */
const LEVIT_MARGIN = 256 / 224;

/**
 * Hugging Face's `preprocessor_config.json`, or the `image_processor` of a `processor_config.json`, as transformers' image
 * processors read it: each class has defaults and a rule of its own (`IMAGE_PROCESSORS`, docs/preprocessing.md).
 *
 * @throws ProbelogError PREPROCESSING_INVALID that names the field: a value that is not valid, a field that no processor has, a
 * processor that does not give images of one size
 */
export function huggingFacePreprocessing(json: object): PartialPreprocessing {
  const nested = 'image_processor' in json ? json.image_processor : json;
  if (typeof nested !== 'object' || nested === null)
    throw invalidPreprocessing('image_processor', 'must be an object');
  if (isTimmConfig(nested)) return timmPreprocessing(nested);
  const config = checkPart(configSchema, nested);
  const named = config.image_processor_type ?? config.feature_extractor_type ?? null;
  const name = named?.replace(/(ImageProcessor(Fast|Pil)?|FeatureExtractor)$/, '') ?? null;
  const assumptions: string[] = [];
  const processor = processorOf(name, named, config, assumptions);
  const isKnown = name !== null && Object.hasOwn(IMAGE_PROCESSORS, name);
  checkFields(config, { named, known: isKnown ? named : null, processor }, assumptions);
  return { ...described(config, processor, assumptions), assumptions };
}

function processorOf(
  name: string | null,
  named: string | null,
  config: Config,
  assumptions: string[],
): ImageProcessor {
  if (name !== null && Object.hasOwn(UNSUPPORTED_PROCESSORS, name))
    throw invalidPreprocessing(
      'image_processor_type',
      `${named} is not supported: ${UNSUPPORTED_PROCESSORS[name]}. Describe the preprocessing explicitly`,
    );
  if (name !== null && Object.hasOwn(IMAGE_PROCESSORS, name)) return IMAGE_PROCESSORS[name];
  if (named !== null) {
    // Defaults of an unknown class cannot be known.
    if (config.size == null && config.do_resize !== false)
      throw invalidPreprocessing('size', `is missing, and the defaults of ${named} are not known`);
    if (config.do_normalize !== false && (config.image_mean == null || config.image_std == null))
      throw invalidPreprocessing(
        'image_mean',
        `or image_std is missing, and the defaults of ${named} are not known`,
      );
    assumptions.push(
      note('READING_CHOSEN', `The image processor ${named} is not known, so its fields were read as ViT's.`),
    );
    return IMAGE_PROCESSORS.ViT;
  }
  assumptions.push(
    note(
      'PREPROCESSING_ASSUMED',
      'The description names no image processor, so fields that are missing have the defaults of ViT.',
    ),
  );
  return config.crop_pct == null
    ? { ...IMAGE_PROCESSORS.ViT, readsFlip: true }
    : { ...IMAGE_PROCESSORS.ConvNext, readsFlip: true };
}

function checkFields(
  config: Config,
  { named, known, processor }: { named: string | null; known: string | null; processor: ImageProcessor },
  assumptions: string[],
): void {
  for (const [field, value] of Object.entries(config)) {
    if (value === null || value === undefined || WITHOUT_EFFECT.has(field)) continue;
    if (!Object.hasOwn(configSchema.shape, field)) {
      // Switches that are off, such as do_pan_and_scan, ask for nothing.
      if (value === false) continue;
      if (field === 'pad_size' && config.do_pad === true)
        throw invalidPreprocessing(field, 'adds borders after the image was resized, which is not supported');
      if (known !== null && OF_OTHER_PROCESSORS.has(field)) {
        assumptions.push(leftOut(known, field));
        continue;
      }
      if (field === 'do_pad')
        throw invalidPreprocessing(
          field,
          'asks for borders that follow the other images of a batch, which is not supported',
        );
      throw invalidPreprocessing(
        field,
        'is a field whose effect on the pixels is not known. Remove it, or describe the preprocessing explicitly',
      );
    }
    const isAlias = field === 'mean' || field === 'std';
    if (isAlias && named !== null)
      throw invalidPreprocessing(field, `is not a field of ${named}; use image_${field}`);
    const owner = OWN_FIELDS[field];
    if (owner && !owner.includes(processor.rule) && value !== false && named !== null)
      assumptions.push(leftOut(named, field));
  }
  if (processor.rule === 'PP_LCNET' && (config.size_divisor ?? 1) !== 1)
    throw invalidPreprocessing('size_divisor', 'other than 1 is not supported');
}

function leftOut(processor: string, field: string): string {
  return note('FIELD_LEFT_OUT', `${processor} does not use ${field}, so it was left out.`);
}

/** Fields that only some rules use. */
const OWN_FIELDS: Record<string, ImageProcessor['rule'][]> = {
  crop_pct: ['CONVNEXT', 'POOLFORMER'],
  rescale_offset: ['EFFICIENTNET'],
  include_top: ['EFFICIENTNET'],
  do_flip_channel_order: ['MOBILEVIT'],
  resize_short: ['PP_LCNET'],
  size_divisor: ['PP_LCNET'],
};

function described(config: Config, processor: ImageProcessor, assumptions: string[]): PartialPreprocessing {
  const { defaults, rule } = processor;
  const resample = config.resample ?? defaults.resample;
  if (config.resample == null && processor.formerResample !== undefined)
    assumptions.push(
      note(
        'READING_CHOSEN',
        `resample is missing: ${RESAMPLE[defaults.resample]}, as in transformers 5, was used; release 4 used ${RESAMPLE[processor.formerResample]}.`,
      ),
    );
  const normalizes = rule !== 'MOBILEVIT' && (config.do_normalize ?? true);
  const mean = config.image_mean ?? config.mean ?? defaults.mean;
  const std = config.image_std ?? config.std ?? defaults.std;
  const base: PartialPreprocessing = {
    ...geometry(config, processor, assumptions),
    resample: RESAMPLE[resample],
    scale: config.do_rescale === false ? 1 : (config.rescale_factor ?? 1 / 255),
    mean: normalizes ? mean : [0],
    std: normalizes ? std : [1],
    channelOrder: isFlipped(config, processor) ? 'BGR' : 'RGB',
  };
  return rule === 'EFFICIENTNET' ? withEfficientNetRules(base, config, std) : base;
}

function isFlipped(config: Config, { rule, readsFlip }: ImageProcessor): boolean {
  if (rule === 'PP_LCNET') return true;
  if (rule === 'MOBILEVIT') return config.do_flip_channel_order ?? true;
  return readsFlip === true && config.do_flip_channel_order === true;
}

/** `rescale_offset` subtracts 1 after rescaling; `include_top` divides by the standard deviation once more. */
function withEfficientNetRules(
  base: PartialPreprocessing,
  config: Config,
  std: number[],
): PartialPreprocessing {
  const offset = config.rescale_offset && config.do_rescale !== false ? 1 : 0;
  const again = (config.include_top ?? true) ? std : [1];
  const channels = Math.max(base.mean?.length ?? 1, base.std?.length ?? 1, again.length);
  const at = (values: number[] | undefined, c: number) => (values ?? [0])[values?.length === 1 ? 0 : c];
  const each = (value: (c: number) => number) => Array.from({ length: channels }, (_, c) => value(c));
  return {
    ...base,
    mean: each((c) => at(base.mean, c) + offset),
    std: each((c) => at(base.std, c) * at(again, c)),
  };
}

/** A size as the processors read it. */
type Size = { kind: 'SHORT'; edge: number } | { kind: 'BOTH'; width: number; height: number };

function geometry(
  config: Config,
  { rule, defaults, squareSize }: ImageProcessor,
  assumptions: string[],
): PartialPreprocessing {
  const isSquare = config.default_to_square ?? squareSize;
  if (typeof config.size === 'number' && isSquare !== squareSize)
    assumptions.push(
      note(
        'READING_CHOSEN',
        `size is a number: with default_to_square, as in transformers 5, it is ${isSquare ? 'both edges' : 'the short edge'}; most processors of release 4 take it for ${isSquare ? 'the short edge' : 'both edges'}.`,
      ),
    );
  const resized = config.do_resize === false ? null : sizeOf('size', config.size ?? defaults.size, isSquare);
  const crops = config.do_center_crop ?? defaults.do_center_crop;
  const cropped = crops
    ? bothOf(
        sizeOf('crop_size', config.crop_size ?? defaults.crop_size ?? config.size ?? defaults.size, true),
      )
    : null;
  if (rule === 'PP_LCNET') {
    const target = cropped ?? bothOf(resized ?? sizeOf('size', defaults.size, true));
    return { ...target, resize: 'CROP', shortEdge: config.resize_short ?? 256, rounding: 'PADDLE' };
  }
  if (rule === 'PERCEIVER' && resized) return perceiver(bothOf(resized), cropped);
  if (!resized) {
    if (cropped) return { ...cropped, resize: 'NONE' };
    throw invalidPreprocessing(
      'do_resize',
      'is false and nothing is cropped, so the images have different sizes. A model is shown images of one size',
    );
  }
  if (resized.kind === 'BOTH' && rule !== 'POOLFORMER' && rule !== 'CONVNEXT')
    return cropped
      ? { ...cropped, resize: 'STRETCH', resizeWidth: resized.width, resizeHeight: resized.height }
      : { width: resized.width, height: resized.height, resize: 'STRETCH' };
  return shortEdgeGeometry(resized, cropped, rule, config, assumptions);
}

function shortEdgeGeometry(
  resized: Size,
  cropped: { width: number; height: number } | null,
  rule: ImageProcessor['rule'],
  config: Config,
  assumptions: string[],
): PartialPreprocessing {
  if (rule === 'CONVNEXT') {
    const { edge } = shortOf(resized);
    if (edge >= CONVNEXT_STRETCH_FROM) return { width: edge, height: edge, resize: 'STRETCH' };
    return {
      width: edge,
      height: edge,
      resize: 'CROP',
      shortEdge: Math.trunc(edge / (config.crop_pct ?? 224 / 256)),
    };
  }
  if (rule === 'POOLFORMER') return poolFormer(resized, cropped, config);
  const { edge } = shortOf(resized);
  const shortEdge = rule === 'LEVIT' ? Math.trunc(LEVIT_MARGIN * edge) : edge;
  if (cropped) return { ...cropped, resize: 'CROP', shortEdge };
  assumptions.push(
    note(
      'READING_CHOSEN',
      'The description resizes the short edge and asks for no crop; the center was taken, because a model is shown images of one size.',
    ),
  );
  return { width: edge, height: edge, resize: 'CROP', shortEdge };
}

/** PoolFormer: the short edge becomes size / crop_pct. */
function poolFormer(
  resized: Size,
  cropped: { width: number; height: number } | null,
  config: Config,
): PartialPreprocessing {
  const cropPct = config.crop_pct ?? 0.9;
  if (resized.kind === 'BOTH' && resized.width !== resized.height)
    return {
      ...(cropped ?? resized),
      resize: 'STRETCH',
      resizeWidth: Math.trunc(resized.width / cropPct),
      resizeHeight: Math.trunc(resized.height / cropPct),
    };
  const edge = resized.kind === 'SHORT' ? resized.edge : resized.width;
  return {
    ...(cropped ?? { width: edge, height: edge }),
    resize: 'CROP',
    shortEdge: Math.trunc(edge / cropPct),
  };
}

/** Perceiver: first the center square, size / crop_size of the short edge; then both edges are resized. */
function perceiver(
  size: { width: number; height: number },
  crop: { width: number; height: number } | null,
): PartialPreprocessing {
  if (!crop) return { ...size, resize: 'STRETCH' };
  const fraction = size.height / crop.height;
  if (fraction !== size.width / crop.width || fraction > 1)
    throw invalidPreprocessing(
      'crop_size',
      'of a PerceiverImageProcessor must have the proportions of size, and be at least as large',
    );
  return { ...size, resize: 'CROP_FIRST', cropFraction: fraction };
}

function sizeOf(field: string, given: Config['size'], numberIsBoth: boolean): Size {
  if (typeof given === 'number')
    return numberIsBoth ? { kind: 'BOTH', width: given, height: given } : { kind: 'SHORT', edge: given };
  if (Array.isArray(given)) return { kind: 'BOTH', height: given[0], width: given[1] ?? given[0] };
  const { height, width, shortest_edge: short, longest_edge: long } = given ?? {};
  if (height != null && width != null) return { kind: 'BOTH', width, height };
  if (short != null && long == null) return { kind: 'SHORT', edge: short };
  const found = Object.entries(given ?? {}).flatMap(([key, value]) => (value == null ? [] : [key]));
  throw invalidPreprocessing(
    field,
    `has ${found.length === 0 ? 'no edges' : found.join(' and ')}. It needs height and width, or shortest_edge, to give images of one size`,
  );
}

function shortOf(size: Size): { edge: number } {
  if (size.kind === 'SHORT') return size;
  throw invalidPreprocessing('size', 'has height and width; this image processor needs shortest_edge');
}

function bothOf(size: Size): { width: number; height: number } {
  if (size.kind === 'SHORT') return { width: size.edge, height: size.edge };
  return { width: size.width, height: size.height };
}
