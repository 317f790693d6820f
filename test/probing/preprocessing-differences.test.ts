import { expect, it } from 'vitest';
import { parsePreprocessing, preprocessingDifferences } from '../../src/probing/index.js';

const VIT = {
  image_processor_type: 'ViTImageProcessor',
  size: { height: 224, width: 224 },
  resample: 2,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
};
const HALF = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
const differences = (a: unknown, b: unknown) =>
  preprocessingDifferences(parsePreprocessing(a), parsePreprocessing(b));

it.each([
  ['the same', VIT],
  ['another file of the same', { image_processor: { ...VIT, do_rescale: true } }],
  [
    'the same in other words',
    {
      width: 224,
      height: 224,
      resize: 'STRETCH',
      resample: 'BILINEAR',
      scale: 1,
      mean: [127.5],
      std: [127.5],
    },
  ],
])('none with %s', (_, other) => {
  expect(differences(VIT, other)).toEqual([]);
});

it.each([
  ['the size', { ...VIT, size: { height: 256, width: 256 } }, /^size 256 × 256 instead of 224 × 224/],
  ['the filter', { ...VIT, resample: 3 }, /^resample BICUBIC instead of BILINEAR$/],
  ['the mean', { ...VIT, image_mean: [0.485, 0.456, 0.406] }, /^values .*0\.485.* instead of .*0\.5/],
  ['the scale', { ...VIT, do_rescale: false }, /^values \(pixel · 1 /],
  [
    'crop against stretch',
    { pretrained_cfg: { input_size: [3, 224, 224], crop_pct: 0.9, interpolation: 'bilinear', ...HALF } },
    /^resize CROP from a short edge of 248 instead of STRETCH to 224 × 224$/,
  ],
])('names %s', (_, other, message) => {
  expect(differences(VIT, other).join('; ')).toMatch(message);
});
