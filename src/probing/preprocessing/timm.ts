import { z } from 'zod';
import type { ResampleFilter } from '../../domain/index.js';
import { note } from '../../lib/notes.js';
import { checkPart, deviations, edge, invalidPreprocessing, means } from './description-fields.js';
import type { PartialPreprocessing } from './preprocessing-spec.js';

/** The fields of `pretrained_cfg` that timm's evaluation transform reads; others describe the weights. */
const pretrainedSchema = z.looseObject({
  input_size: z.tuple([z.int(), edge, edge]).nullish(),
  interpolation: z.string().nullish(),
  crop_pct: z.number().gt(0.1).max(2).nullish(),
  crop_mode: z.enum(['center', 'squash', 'border']).nullish(),
  mean: means.nullish(),
  std: deviations.nullish(),
});

const FILTERS: Record<string, ResampleFilter> = {
  nearest: 'NEAREST',
  bilinear: 'BILINEAR',
  bicubic: 'BICUBIC',
  box: 'BOX',
  hamming: 'HAMMING',
  lanczos: 'LANCZOS',
};

/** timm's defaults (`resolve_data_config`). */
const DEFAULTS = {
  size: 224,
  interpolation: 'bicubic',
  cropFraction: 0.875,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/**
 * Whether a JSON file is timm's: a `config.json`, or the file of a `TimmWrapperImageProcessor`. Before release 0.8.6, the fields of
 * `pretrained_cfg` stood in `config.json` itself.
 */
export function isTimmConfig(json: object): boolean {
  if ('pretrained_cfg' in json)
    return typeof json.pretrained_cfg === 'object' && json.pretrained_cfg !== null;
  return 'architecture' in json && 'input_size' in json;
}

/**
 * timm's `config.json`, as `create_transform(**resolve_data_config(pretrained_cfg))` reads it.
 *
 * @throws ProbelogError PREPROCESSING_INVALID that names the field
 */
export function timmPreprocessing(json: object): PartialPreprocessing {
  const config =
    'pretrained_cfg' in json
      ? checkPart(pretrainedSchema, json.pretrained_cfg, 'pretrained_cfg')
      : checkPart(pretrainedSchema, json);
  const [, height, width] = config.input_size ?? [3, DEFAULTS.size, DEFAULTS.size];
  const interpolation = config.interpolation || DEFAULTS.interpolation;
  if (!Object.hasOwn(FILTERS, interpolation))
    throw invalidPreprocessing(
      'pretrained_cfg.interpolation',
      `is ${interpolation}; use one of ${Object.keys(FILTERS).join(', ')}`,
    );
  const mean = config.mean ?? DEFAULTS.mean;
  return {
    width,
    height,
    ...geometry(width, height, config.crop_pct || DEFAULTS.cropFraction, config.crop_mode ?? 'center', mean),
    resample: FILTERS[interpolation],
    rounding: 'TORCHVISION',
    scale: 1 / 255,
    mean,
    std: config.std ?? DEFAULTS.std,
    channelOrder: 'RGB',
    assumptions: [note('READING_CHOSEN', 'The center was taken as timm and torchvision round it.')],
  };
}

function geometry(
  width: number,
  height: number,
  cropFraction: number,
  mode: 'center' | 'squash' | 'border',
  mean: number[],
): PartialPreprocessing {
  const resizeWidth = Math.floor(width / cropFraction);
  const resizeHeight = Math.floor(height / cropFraction);
  if (mode === 'squash') return { resize: 'STRETCH', resizeWidth, resizeHeight };
  if (mode === 'border') {
    if (cropFraction !== 1)
      throw invalidPreprocessing(
        'pretrained_cfg.crop_mode',
        'is border, which is only supported with crop_pct 1',
      );
    return { resize: 'PAD', padColor: mean.map((value) => Math.round(255 * value)) };
  }
  return resizeWidth === resizeHeight
    ? { resize: 'CROP', shortEdge: resizeWidth }
    : { resize: 'CROP', resizeWidth, resizeHeight };
}
