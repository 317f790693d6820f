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
      resample: 'BILINEAR',
      scale: 1 / 255,
      mean: [0.5, 0.4, 0.3],
      std: [0.2, 0.2, 0.2],
      channelOrder: 'RGB',
      assumptions: [],
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
      shortEdge: 256,
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
      shortEdge: 224,
    });
  });

  it('of DeiT stretches to more than it keeps', () => {
    const deit = {
      feature_extractor_type: 'DeiTFeatureExtractor',
      size: 256,
      do_center_crop: true,
      crop_size: 224,
    };
    expect(parsePreprocessing(deit)).toMatchObject({ width: 224, resize: 'STRETCH', resizeWidth: 256 });
  });

  it('of ConvNeXT crops below 384 only', () => {
    const convnext = { image_processor_type: 'ConvNextImageProcessor', crop_pct: 0.875 };
    expect(parsePreprocessing({ ...convnext, size: { shortest_edge: 224 } })).toMatchObject({
      resize: 'CROP',
      shortEdge: 256,
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

  it('gives the defaults of its class for fields that are left out or null', () => {
    expect(parsePreprocessing({ image_processor_type: 'ViTImageProcessorFast', size: null })).toMatchObject({
      width: 224,
      resize: 'STRETCH',
      resample: 'BILINEAR',
      mean: [0.5, 0.5, 0.5],
    });
    expect(parsePreprocessing({ image_processor_type: 'LevitImageProcessor' })).toMatchObject({
      width: 224,
      resize: 'CROP',
      shortEdge: 256,
      resample: 'BICUBIC',
    });
  });

  it('says where a default changed between releases', () => {
    const { resample, assumptions } = parsePreprocessing({
      image_processor_type: 'EfficientNetImageProcessor',
    });
    expect(resample).toBe('BICUBIC');
    expect(assumptions?.join()).toMatch(/NEAREST/);
  });

  it('of EfficientNet subtracts an offset and divides twice', () => {
    const config = {
      image_processor_type: 'EfficientNetImageProcessor',
      rescale_factor: 1 / 127.5,
      rescale_offset: true,
      image_mean: [0, 0.1, 0],
      image_std: [0.5, 0.5, 0.2],
    };
    const { mean, std } = parsePreprocessing(config);
    expect(mean).toEqual([1, 1.1, 1]);
    expect(std?.map((value) => value.toFixed(4))).toEqual(['0.2500', '0.2500', '0.0400']);
  });

  it('may have fields that tell nothing of pixels, and those that its processor does not read', () => {
    const plain = { image_processor_type: 'ViTFeatureExtractor', size: 64, ...statistics };
    const said = { auto_map: {}, num_channels: 3, use_fast: true, _valid_processor_keys: ['size'] };
    expect(parsePreprocessing({ ...plain, ...said })).toEqual(parsePreprocessing(plain));
    const { assumptions, ...pixels } = parsePreprocessing({ ...plain, do_pad: true, patch_size: 16 });
    expect({ ...pixels, assumptions: [] }).toEqual(parsePreprocessing(plain));
    expect(assumptions).toEqual([
      expect.stringMatching(/^FIELD_LEFT_OUT: ViTFeatureExtractor does not use do_pad/),
      expect.stringMatching(/^FIELD_LEFT_OUT: ViTFeatureExtractor does not use patch_size/),
    ]);
  });

  it('may say which edges a number means', () => {
    const config = { image_processor_type: 'CLIPImageProcessor', size: 72, crop_size: 64 };
    expect(parsePreprocessing(config)).toMatchObject({ resize: 'CROP', shortEdge: 72, assumptions: [] });
    const both = parsePreprocessing({ ...config, default_to_square: true });
    expect(both).toMatchObject({ resize: 'STRETCH', resizeWidth: 72, width: 64 });
    expect(both.assumptions).toEqual([
      expect.stringMatching(/^READING_CHOSEN: size is a number.*both edges/),
    ]);
  });

  it('may lie in a processor_config.json', () => {
    const nested = {
      processor_class: 'SiglipProcessor',
      image_processor: { image_processor_type: 'SiglipImageProcessor' },
    };
    expect(parsePreprocessing(nested)).toMatchObject({ width: 224, resize: 'STRETCH' });
  });

  it.each([
    ['resample', { do_resize: true, resample: 9 }],
    ['image_std', { ...statistics, image_std: [0, 1, 1] }],
    ['size', { image_processor_type: 'ViTImageProcessor', size: { shortest_edge: 224, longest_edge: 280 } }],
    ['size', { image_processor_type: 'ConvNextImageProcessor', size: { height: 224, width: 224 } }],
    ['image_size', { image_processor_type: 'ViTImageProcessor', image_size: 64 }],
    ['do_pan_and_scan', { image_processor_type: 'Gemma3ImageProcessor', do_pan_and_scan: true }],
    ['do_pad', { image_processor_type: 'DetrImageProcessor', size: 8, ...statistics, do_pad: true }],
    ['do_pad', { size: 8, do_pad: true }],
    [
      'pad_size',
      { image_processor_type: 'ViTImageProcessor', do_pad: true, pad_size: { height: 9, width: 9 } },
    ],
    ['size_divisor', { image_processor_type: 'PPLCNetImageProcessor', size_divisor: 32 }],
    ['do_resize', { image_processor_type: 'ViTImageProcessor', do_resize: false }],
    ['mean', { image_processor_type: 'ViTImageProcessor', mean: [0, 0, 0] }],
    ['image_processor_type', { image_processor_type: 'Siglip2ImageProcessorFast' }],
    ['size', { image_processor_type: 'MyImageProcessor', image_mean: [0, 0, 0], image_std: [1, 1, 1] }],
  ])('is refused by the field: %s', (field, json) => {
    expect(() => parsePreprocessing(json)).toThrow(
      expect.objectContaining({ code: 'PREPROCESSING_INVALID', details: expect.objectContaining({ field }) }),
    );
  });
});

describe('a config.json of timm', () => {
  const config = { architecture: 'resnet50', pretrained_cfg: { input_size: [3, 160, 160], crop_pct: 0.95 } };

  it('has the defaults of timm', () => {
    expect(parsePreprocessing(config)).toMatchObject({
      width: 160,
      resize: 'CROP',
      shortEdge: 168,
      rounding: 'TORCHVISION',
      resample: 'BICUBIC',
      mean: [0.485, 0.456, 0.406],
    });
  });

  it('may squash, or add borders of the mean color', () => {
    const squashed = { pretrained_cfg: { ...config.pretrained_cfg, crop_mode: 'squash' } };
    expect(parsePreprocessing(squashed)).toMatchObject({ resize: 'STRETCH', resizeWidth: 168 });
    const bordered = { pretrained_cfg: { input_size: [3, 64, 64], crop_pct: 1, crop_mode: 'border' } };
    expect(parsePreprocessing(bordered)).toMatchObject({ resize: 'PAD', padColor: [124, 116, 104] });
  });

  it('is refused by the field that is wrong', () => {
    const random = { pretrained_cfg: { interpolation: 'random' } };
    expect(() => parsePreprocessing(random)).toThrow(/pretrained_cfg.interpolation/);
  });
});

describe('an inference.yml of PaddleX', () => {
  const operations = (...list: object[]) => ({ PreProcess: { transform_ops: list } });

  it('resizes the short edge and crops', () => {
    const file = operations(
      { ResizeImage: { resize_short: 256 } },
      { CropImage: { size: 224 } },
      { NormalizeImage: { scale: '1.0/255.0', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], order: '' } },
      { ToCHWImage: null },
    );
    expect(parsePreprocessing(file)).toMatchObject({
      width: 224,
      height: 224,
      resize: 'CROP',
      shortEdge: 256,
      rounding: 'PADDLE',
      scale: 1 / 255,
      mean: [0.5, 0.5, 0.5],
    });
  });

  it('is refused by the operation that is not known', () => {
    expect(() => parsePreprocessing(operations({ RandFlipImage: {} }))).toThrow(/RandFlipImage/);
  });
});
