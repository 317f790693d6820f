import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { parsePreprocessing } from '../../src/probing/index.js';
import { completePreprocessing } from '../../src/probing/preprocessing/complete-preprocessing.js';
import { decodePixels } from '../../src/probing/worker/images/decode-pixels.js';
import { frameOf } from '../../src/probing/worker/images/pixels.js';
import { tensorFiller } from '../../src/probing/worker/images/tensor-filler.js';
import { DEMO } from '../fixtures/demo-service.js';
import { requires, TEST_PYTHON } from '../fixtures/requires.js';

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
  ...Object.fromEntries(
    [0, 1, 2, 3, 4, 5].map((resample) => [
      `ViT, filter ${resample}`,
      config('ViT', { resample, size: { height: 64, width: 48 } }),
    ]),
  ),
};

describe.runIf(requires('transformers'))('the pixels of a model, against transformers’ own code', () => {
  const expected = new Map<string, Buffer>();
  let images: string[];

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'probelog-pixels-'));
    images = [
      join(DEMO, 'probes/pets-0008.jpg'),
      await made(folder, 'zone-plate', 257, 201, (x, y) => 127 + 127 * Math.cos((x * x + y * y) / 300)),
      await made(folder, 'wide', 331, 40, (x, y) => x * 3 + y * 11),
      await made(folder, 'tall', 37, 290, (x, y) => x * 7 + y),
      await made(folder, 'tiny', 9, 7, (x, y) => x * 28 + y * 31),
    ];
    const names = Object.keys(CASES);
    const cases = names.map((name, i) => ({ config: CASES[name], to: join(folder, `${i}.f32`) }));
    execFileSync(TEST_PYTHON, [SCRIPT], {
      input: JSON.stringify({ images, cases }),
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    for (const [i, name] of names.entries()) expected.set(name, await readFile(cases[i].to));
  });

  it.each(Object.keys(CASES))('%s', async (name) => {
    const bytes = expected.get(name);
    if (!bytes) throw new Error('there is nothing to compare with');
    const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const { spec } = completePreprocessing(parsePreprocessing(CASES[name]), {
      channels: 3,
      width: null,
      height: null,
    });
    const area = spec.width * spec.height;
    expect(theirs.length).toBe(images.length * area * 3);
    const filler = tensorFiller(
      { layout: 'NCHW', type: 'float32', channels: 3, ...spec },
      spec,
      (values) => new Uint16Array(values),
    );
    const differences: number[] = [];
    for (const [i, path] of images.entries()) {
      const ours = filler.allocate(1);
      filler.fill(ours, await decodePixels(path, frameOf(spec)), 1);
      for (let k = 0; k < ours.length; k++) {
        const plane = Math.trunc(k / area);
        const channel = spec.channelOrder === 'BGR' ? 2 - plane : plane;
        const unit = spec.std[channel] / spec.scale;
        differences.push(Math.abs(ours[k] - theirs[i * area * 3 + k]) * unit);
      }
    }
    differences.sort((a, b) => a - b);
    // In steps of 1/255. Decoders of JPEG differ by one step here and there.
    expect(differences.reduce((sum, value) => sum + value) / differences.length).toBeLessThan(0.1);
    expect(differences[Math.trunc(differences.length * 0.99)]).toBeLessThan(1.01);
  });
});

async function made(
  folder: string,
  name: string,
  width: number,
  height: number,
  sample: (x: number, y: number) => number,
): Promise<string> {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const pixel = Math.trunc(i / 3);
    return (sample(pixel % width, Math.trunc(pixel / width)) * (1 + (i % 3))) % 256;
  });
  const path = join(folder, `${name}.png`);
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
  return path;
}
