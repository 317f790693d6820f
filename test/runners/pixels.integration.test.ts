import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parsePreprocessing } from '../../src/probing/index.js';
import { completePreprocessing } from '../../src/probing/preprocessing/complete-preprocessing.js';
import { decodePixels } from '../../src/probing/worker/images/decode-pixels.js';
import { frameOf } from '../../src/probing/worker/images/pixels.js';
import { tensorFiller } from '../../src/probing/worker/images/tensor-filler.js';
import { RUNNER_PYTHON, requires } from '../fixtures/requires.js';

const PACKAGE = fileURLToPath(new URL('../../runners/python/', import.meta.url));

const SIZE = { width: 37, height: 30 };

interface Case {
  preprocessing: Record<string, unknown>;
  channels?: 1 | 3;
  layout?: 'NCHW' | 'NHWC';
}

const CASES: Record<string, Case> = {
  'the defaults': { preprocessing: SIZE },
  'the short form': {
    preprocessing: { size: 32, mean: [0.5, 0.4, 0.3], std: [0.2, 0.2, 0.3], channelOrder: 'BGR' },
  },
  'a short edge': { preprocessing: { ...SIZE, shortEdge: 45, rounding: 'TORCHVISION' } },
  'a short edge of Paddle': { preprocessing: { ...SIZE, shortEdge: 45, rounding: 'PADDLE' } },
  'a short edge that is too small': { preprocessing: { ...SIZE, shortEdge: 20, padColor: [9, 200, 77] } },
  'a fraction': { preprocessing: { ...SIZE, cropFraction: 0.875, resample: 'BICUBIC' } },
  'the whole image': { preprocessing: { ...SIZE, resize: 'STRETCH', resample: 'LANCZOS' } },
  'the whole image, larger': {
    preprocessing: { ...SIZE, resize: 'STRETCH', resizeWidth: 50, resizeHeight: 41, resample: 'HAMMING' },
  },
  'a square first': { preprocessing: { ...SIZE, resize: 'CROP_FIRST', cropFraction: 0.8, resample: 'BOX' } },
  borders: { preprocessing: { ...SIZE, resize: 'PAD', padColor: [1, 2, 3], resample: 'NEAREST' } },
  'no resizing': { preprocessing: { ...SIZE, resize: 'NONE' } },
  grayscale: { preprocessing: { ...SIZE, scale: 1 }, channels: 1 },
  'channels last': { preprocessing: { ...SIZE, mean: [0], std: [1] }, layout: 'NHWC' },
};

describe.runIf(requires('runner'))('the pixels of the Python runner', () => {
  let folder: string;
  let images: string[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'probelog-pixels-'));
    images = await Promise.all([picture('wide', 91, 40), picture('tall', 33, 70), picture('tiny', 9, 7)]);
    const cases = Object.entries(CASES).map(([name, { preprocessing, channels = 3, layout = 'NCHW' }]) => {
      return { preprocessing, channels, layout, to: fileOf(name) };
    });
    execFileSync(RUNNER_PYTHON, [join(PACKAGE, 'tests', 'pixels.py')], {
      input: JSON.stringify({ images, cases }),
      env: { ...process.env, PYTHONPATH: join(PACKAGE, 'src') },
      stdio: ['pipe', 'ignore', 'inherit'],
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const fileOf = (name: string) => join(folder, `${name}.f32`);

  async function picture(name: string, width: number, height: number): Promise<string> {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * i * 31 + i * 7) % 251);
    const path = join(folder, `${name}.png`);
    await sharp(data, { raw: { width, height, channels: 3 } })
      .png()
      .toFile(path);
    return path;
  }

  it.each(Object.keys(CASES))('are the server’s own: %s', async (name) => {
    const { preprocessing, channels = 3, layout = 'NCHW' } = CASES[name];
    const bytes = await readFile(fileOf(name));
    const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    const { spec } = completePreprocessing(parsePreprocessing(preprocessing), {
      channels,
      width: null,
      height: null,
    });
    const filler = tensorFiller(
      { layout, type: 'float32', channels, ...spec },
      spec,
      (values) => new Uint16Array(values),
    );
    const perImage = spec.width * spec.height * channels;
    expect(theirs.length).toBe(images.length * perImage);
    for (const [i, path] of images.entries()) {
      const ours = filler.allocate(1);
      filler.fill(ours, await decodePixels(path, frameOf(spec)), 1);
      expect(Array.from(theirs.subarray(i * perImage, (i + 1) * perImage))).toEqual(Array.from(ours));
    }
  });
});
