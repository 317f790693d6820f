import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { beforeAll, expect, it } from 'vitest';
import { parsePreprocessing } from '../../../src/probing/index.js';
import { completePreprocessing } from '../../../src/probing/preprocessing/complete-preprocessing.js';
import { decodePixels } from '../../../src/probing/worker/images/decode-pixels.js';
import { frameOf } from '../../../src/probing/worker/images/pixels.js';
import { tensorFiller } from '../../../src/probing/worker/images/tensor-filler.js';
import { DEMO } from '../../fixtures/demo-service.js';

/** Images on which libraries differ: a photo, one with every frequency, wide, tall, and smaller than any input. */
async function imagesToCompare(): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'probelog-pixels-'));
  return [
    join(DEMO, 'probes/pets-0008.jpg'),
    await made(folder, 'zone-plate', 257, 201, (x, y) => 127 + 127 * Math.cos((x * x + y * y) / 300)),
    await made(folder, 'wide', 331, 40, (x, y) => x * 3 + y * 11),
    await made(folder, 'tall', 37, 290, (x, y) => x * 7 + y),
    await made(folder, 'tiny', 9, 7, (x, y) => x * 28 + y * 31),
  ];
}

/**
 * Compares what a model gets of these images with what a library gives it.
 *
 * @param bytes the library's: float32, images one after another, channels first
 */
async function expectSamePixels(description: object, images: string[], bytes: Buffer): Promise<void> {
  const theirs = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const { spec } = completePreprocessing(parsePreprocessing(description), {
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
}

/** A library's own pixels of the same images. */
interface Library {
  python: string;
  /** Reads `images` and `cases` as JSON, and writes the pixels of each case to a file. */
  script: string;
  /** Descriptions of the preprocessing, by the names of the tests. */
  cases: Record<string, object>;
}

/** Declares a test for each case: what a model is shown is what the library makes of the image. */
export function testAgainst({ python, script, cases }: Library): void {
  const expected = new Map<string, Buffer>();
  let images: string[];

  beforeAll(async () => {
    images = await imagesToCompare();
    const folder = await mkdtemp(join(tmpdir(), 'probelog-pixels-'));
    const names = Object.keys(cases);
    const outputs = names.map((name, i) => ({ config: cases[name], to: join(folder, `${i}.f32`) }));
    execFileSync(python, [script], {
      input: JSON.stringify({ images, cases: outputs }),
      stdio: ['pipe', 'ignore', 'pipe'],
    });
    for (const [i, name] of names.entries()) expected.set(name, await readFile(outputs[i].to));
  });

  it.each(Object.keys(cases))('%s', async (name) => {
    const theirs = expected.get(name);
    if (!theirs) throw new Error('there is nothing to compare with');
    await expectSamePixels(cases[name], images, theirs);
  });
}

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
