import { fileURLToPath } from 'node:url';
import { describe } from 'vitest';
import { requires, TEST_PYTHON } from '../fixtures/requires.js';
import { testAgainst } from './support/compare-pixels.js';

const SCRIPT = fileURLToPath(new URL('../python/transformers_pixels.py', import.meta.url));

const config = (name: string, fields: object = {}) => ({
  image_processor_type: `${name}ImageProcessor`,
  ...fields,
});

/** By name. Sizes are small, so that the files are. EfficientFormer and ViTHybrid are gone from release 5; PPLCNet needs torch. */
const CASES: Record<string, object> = {
  Beit: config('Beit'),
  'Beit that crops': config('Beit', { size: 72, do_center_crop: true, crop_size: 64 }),
  Bit: config('Bit'),
  Blip: config('Blip', { size: { height: 96, width: 96 } }),
  CLIP: config('CLIP'),
  'CLIP, of an odd size': config('CLIP', {
    size: { shortest_edge: 75 },
    crop_size: { height: 74, width: 74 },
  }),
  'CLIP that stretches': config('CLIP', { size: { height: 64, width: 64 }, do_center_crop: false }),
  ChineseCLIP: config('ChineseCLIP'),
  ConvNext: config('ConvNext'),
  'ConvNext below 384': config('ConvNext', { size: { shortest_edge: 112 }, crop_pct: 0.95, resample: 2 }),
  DeiT: config('DeiT'),
  EfficientNet: config('EfficientNet'),
  'EfficientNet with an offset': config('EfficientNet', {
    size: { height: 64, width: 64 },
    rescale_factor: 1 / 127.5,
    rescale_offset: true,
    include_top: false,
    do_normalize: false,
  }),
  'EfficientNet with its top': config('EfficientNet', { size: { height: 64, width: 64 }, include_top: true }),
  Levit: config('Levit'),
  'Levit that stretches': config('Levit', {
    size: { height: 72, width: 72 },
    crop_size: { height: 64, width: 64 },
  }),
  MobileNetV1: config('MobileNetV1'),
  MobileNetV2: config('MobileNetV2'),
  MobileViT: config('MobileViT'),
  'MobileViT in RGB': config('MobileViT', {
    do_flip_channel_order: false,
    size: { shortest_edge: 72 },
    crop_size: { height: 64, width: 64 },
  }),
  Perceiver: config('Perceiver'),
  PoolFormer: config('PoolFormer'),
  'PoolFormer, a square': config('PoolFormer', {
    size: { height: 64, width: 64 },
    crop_size: { height: 64, width: 64 },
    crop_pct: 0.95,
  }),
  Pvt: config('Pvt'),
  Segformer: config('Segformer', { size: { height: 96, width: 96 } }),
  Siglip: config('Siglip'),
  ViT: config('ViT'),
  'ViT without rescaling': config('ViT', {
    do_rescale: false,
    image_mean: [124, 116, 104],
    image_std: [58, 57, 57],
  }),
  'ViT without resizing': config('ViT', {
    do_resize: false,
    do_center_crop: true,
    crop_size: { height: 63, width: 64 },
  }),
  'ViT without statistics': config('ViT', { do_normalize: false }),
  'ViT of the fast class': config('ViT', { image_processor_type: 'ViTImageProcessorFast', size: 60 }),
  'ViT with fields of other processors': config('ViT', {
    size: { height: 64, width: 48 },
    do_pad: true,
    patch_size: 16,
    num_channels: 3,
    keep_aspect_ratio: true,
    ensure_multiple_of: 32,
    size_divisor: 32,
    max_size: 50,
  }),
  'CLIP, a number for both edges': config('CLIP', { size: 72, default_to_square: true, crop_size: 64 }),
  'ViT, a number for the short edge': config('ViT', {
    size: 72,
    default_to_square: false,
    do_center_crop: true,
    crop_size: 64,
  }),
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5].map((resample) => [
      `ViT, filter ${resample}`,
      config('ViT', { resample, size: { height: 64, width: 48 } }),
    ]),
  ),
};

describe.runIf(requires('transformers'))('the pixels of a model, against transformers’ own code', () => {
  testAgainst({ python: TEST_PYTHON, script: SCRIPT, cases: CASES });
});
