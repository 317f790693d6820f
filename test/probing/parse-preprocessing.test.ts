import { describe, expect, it } from 'vitest';
import { parsePreprocessing } from '../../src/probing/index.js';

describe('our own form', () => {
  it('may leave anything out', () => {
    expect(parsePreprocessing({})).toEqual({});
    expect(parsePreprocessing({ width: 64, height: 32, resize: 'PAD' })).toEqual({
      width: 64,
      height: 32,
      resize: 'PAD',
    });
  });

  it.each([
    [{ resise: 'CROP' }, /resise/],
    [{ resize: 'crop' }, /resize/],
    [{ std: [0.1, 0, 0.1] }, /std/],
    [{ width: 100_000 }, /width/],
    [{ scale: -1 }, /scale/],
    ['CROP', /object/],
    [null, /object/],
    [[1, 2], /object|array/i],
  ])('%j is refused by name', (json, message) => {
    expect(() => parsePreprocessing(json)).toThrow(
      expect.objectContaining({ code: 'PREPROCESSING_INVALID' }),
    );
    expect(() => parsePreprocessing(json)).toThrow(message);
  });
});

describe('the hub manifest’s form', () => {
  it('crops a square, with statistics for 0..1', () => {
    const json = { size: 32, mean: [0, 0, 0], std: [1, 1, 1], channelOrder: 'RGB', note: 'anything' };
    expect(parsePreprocessing(json)).toEqual({
      width: 32,
      height: 32,
      resize: 'CROP',
      resample: 'BILINEAR',
      scale: 1 / 255,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      channelOrder: 'RGB',
    });
  });
});

describe('a Hugging Face preprocessor_config.json', () => {
  const statistics = { do_normalize: true, image_mean: [0.5, 0.4, 0.3], image_std: [0.2, 0.2, 0.2] };

  it('of ViT stretches', () => {
    const vit = {
      image_processor_type: 'ViTImageProcessor',
      do_resize: true,
      size: { height: 224, width: 224 },
      resample: 2,
      do_rescale: true,
      rescale_factor: 1 / 255,
      ...statistics,
    };
    expect(parsePreprocessing(vit)).toEqual({
      width: 224,
      height: 224,
      resize: 'STRETCH',
      cropFraction: 1,
      resample: 'BILINEAR',
      scale: 1 / 255,
      mean: [0.5, 0.4, 0.3],
      std: [0.2, 0.2, 0.2],
      channelOrder: 'RGB',
    });
    expect(parsePreprocessing({ ...vit, size: 224 })).toMatchObject({ width: 224, resize: 'STRETCH' });
  });

  it('of MobileNet resizes the short edge and crops', () => {
    const config = {
      size: { shortest_edge: 256 },
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      resample: 3,
    };
    expect(parsePreprocessing(config)).toMatchObject({
      width: 224,
      height: 224,
      resize: 'CROP',
      cropFraction: 0.875,
      resample: 'BICUBIC',
    });
  });

  it('of CLIP, in its old form, means the short edge by a number', () => {
    const clip = {
      feature_extractor_type: 'CLIPFeatureExtractor',
      size: 224,
      do_center_crop: true,
      crop_size: 224,
    };
    expect(parsePreprocessing(clip)).toMatchObject({
      width: 224,
      height: 224,
      resize: 'CROP',
      cropFraction: 1,
    });
  });

  it('of DeiT stretches to more than it keeps', () => {
    const deit = {
      feature_extractor_type: 'DeiTFeatureExtractor',
      size: 256,
      do_center_crop: true,
      crop_size: 224,
    };
    expect(parsePreprocessing(deit)).toMatchObject({ width: 224, resize: 'STRETCH', cropFraction: 0.875 });
  });

  it('of ConvNeXT crops below 384 only', () => {
    const convnext = { image_processor_type: 'ConvNextImageProcessor', crop_pct: 0.875 };
    expect(parsePreprocessing({ ...convnext, size: { shortest_edge: 224 } })).toMatchObject({
      resize: 'CROP',
      cropFraction: 0.875,
    });
    expect(parsePreprocessing({ ...convnext, size: { shortest_edge: 384 } })).toMatchObject({
      resize: 'STRETCH',
    });
  });

  it('follows the do_ flags', () => {
    const config = {
      ...statistics,
      do_rescale: false,
      do_normalize: false,
      do_flip_channel_order: true,
      size: { shortest_edge: 10 },
    };
    expect(parsePreprocessing(config)).toMatchObject({ scale: 1, mean: [0], std: [1], channelOrder: 'BGR' });
  });

  it('is refused by the field that is wrong', () => {
    expect(() => parsePreprocessing({ do_resize: true, resample: 9 })).toThrow(/resample/);
    expect(() => parsePreprocessing({ ...statistics, image_std: [0, 1, 1] })).toThrow(/image_std/);
  });
});
