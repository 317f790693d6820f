import { z } from 'zod';
import type { PartialPreprocessing, Resample } from './preprocessing-spec.js';

const edge = z.int().min(1).max(4096);

/** `224`, `{ shortest_edge }` or `{ height, width }`; a list in older files. */
const size = z.union([
  edge,
  z.array(edge).min(1).max(2),
  z.looseObject({
    shortest_edge: edge.optional(),
    longest_edge: edge.optional(),
    height: edge.optional(),
    width: edge.optional(),
  }),
]);

/** One number per channel, or one for all. */
const statistics = z.union([z.number().transform((value) => [value]), z.array(z.number()).min(1).max(3)]);

/** Only the fields below are read; fields for other tasks may hold anything. */
const schema = z.looseObject({
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
  do_normalize: z.boolean().nullish(),
  image_mean: statistics.nullish(),
  image_std: statistics.refine((values) => !values.includes(0), 'must not be 0').nullish(),
  do_flip_channel_order: z.boolean().nullish(),
  do_pad: z.boolean().nullish(),
});

type Config = z.infer<typeof schema>;

/** Pillow's filter ids. */
const RESAMPLE: Resample[] = ['NEAREST', 'LANCZOS', 'BILINEAR', 'BICUBIC', 'BILINEAR', 'BILINEAR'];

/** Processors for which a single number is the short edge; for all others it is both edges. */
const SHORT_EDGE =
  /^(CLIP|ChineseCLIP|ConvNext|Bit|MobileNetV1|MobileNetV2|Levit|PoolFormer|Perceiver|PvtV2)/;
/** ConvNeXT's rule: below this edge, images are resized to edge / crop_pct and cropped; otherwise stretched. */
const CONVNEXT_STRETCH_FROM = 384;

/**
 * Hugging Face's `preprocessor_config.json`, as transformers' image processors read it.
 *
 * `size.shortest_edge` keeps the aspect ratio and crops the center (even where the file asks for no crop: a batch
 * needs one size); `size.{height,width}` stretches, then crops when `do_center_crop` says so. `rescale_factor` is the
 * scale, 1 when `do_rescale` is false; without `do_normalize`, mean 0 and std 1.
 */
export const huggingFaceSchema = schema.transform((config): PartialPreprocessing => {
  const normalize = config.do_normalize ?? config.image_mean != null;
  return {
    ...geometry(config),
    resample: RESAMPLE[config.resample ?? 2],
    scale: config.do_rescale === false ? 1 : (config.rescale_factor ?? 1 / 255),
    mean: normalize ? (config.image_mean ?? undefined) : [0],
    std: normalize ? (config.image_std ?? undefined) : [1],
    channelOrder: config.do_flip_channel_order ? 'BGR' : 'RGB',
  };
});

function geometry(config: Config): PartialPreprocessing {
  const resized = edges(
    config.size,
    SHORT_EDGE.test(config.image_processor_type ?? config.feature_extractor_type ?? ''),
  );
  const cropped = config.do_center_crop ? edges(config.crop_size ?? config.size, false) : null;
  if (!resized) return cropped ? { width: cropped.width, height: cropped.height, resize: 'CROP' } : {};
  const target = cropped ?? resized;
  const base = { width: target.width, height: target.height };
  if (config.do_pad && !resized.short) return { ...base, resize: 'PAD' };
  if (config.crop_pct != null && resized.short && !cropped)
    return resized.width >= CONVNEXT_STRETCH_FROM
      ? { ...base, resize: 'STRETCH' }
      : { ...base, resize: 'CROP', cropFraction: config.crop_pct };
  return {
    ...base,
    resize: resized.short ? 'CROP' : 'STRETCH',
    cropFraction: Math.min(1, target.width / resized.width),
  };
}

function edges(
  given: Config['size'],
  numberIsShort: boolean,
): { width: number; height: number; short: boolean } | null {
  if (given == null) return null;
  if (typeof given === 'number') return { width: given, height: given, short: numberIsShort };
  if (Array.isArray(given)) return { height: given[0], width: given[1] ?? given[0], short: false };
  const { shortest_edge: short, longest_edge: long, height, width } = given;
  if (height !== undefined && width !== undefined) return { width, height, short: false };
  const only = short ?? long;
  return only === undefined ? null : { width: only, height: only, short: true };
}
