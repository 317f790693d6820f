import { describe, expect, it } from 'vitest';
import type { Raster } from '../../../src/domain/pixels/raster.js';
import { type ResampleFilter, resample } from '../../../src/domain/pixels/resample.js';

/** 7 × 5 samples of luminance. */
const SMALL = raster(7, 5, 1, (x, y) => x * 37 + y * 91 + ((x * y) % 7) * 11);

/** What Pillow 12.0 makes of it, 3 × 2. test/probing/pillow.integration.test.ts compares many more sizes. */
const BY_PILLOW: Record<string, number[]> = {
  NEAREST: [139, 235, 75, 87, 150, 213],
  LANCZOS: [105, 129, 142, 137, 124, 119],
  BILINEAR: [108, 130, 135, 129, 121, 127],
  BICUBIC: [106, 128, 140, 133, 121, 124],
  BOX: [115, 113, 159, 101, 127, 113],
  HAMMING: [104, 136, 137, 121, 118, 128],
};

const FILTERS = Object.keys(BY_PILLOW) as ResampleFilter[];

describe('resampling', () => {
  it.each(FILTERS)('%s gives Pillow\u2019s samples', (filter) => {
    expect(Array.from(resample(SMALL, 3, 2, filter).data)).toEqual(BY_PILLOW[filter]);
  });

  it.each(FILTERS)('%s of a window gives the samples that the whole has there', (filter) => {
    const image = raster(31, 23, 3, (x, y, c) => x * y * 7 + c * 50 + x * 13);
    for (const [width, height] of [
      [11, 9],
      [40, 57],
      [31, 9],
    ]) {
      const whole = resample(image, width, height, filter);
      const window = { left: 3, top: 2, width: width - 6, height: height - 5 };
      const part = resample(image, width, height, filter, window);
      for (let y = 0; y < window.height; y++)
        expect(rowOf(part, y, 0, window.width)).toEqual(
          rowOf(whole, y + window.top, window.left, window.width),
        );
    }
  });

  it('to the same size changes nothing', () => {
    for (const filter of FILTERS) expect(resample(SMALL, 7, 5, filter).data).toEqual(SMALL.data);
  });

  it('ends at 0 and 255 where a kernel overshoots', () => {
    const edge = raster(8, 1, 1, (x) => (x < 4 ? 0 : 255));
    const samples = Array.from(resample(edge, 32, 1, 'LANCZOS').data);
    expect(Math.min(...samples)).toBe(0);
    expect(Math.max(...samples)).toBe(255);
    expect(samples.slice(0, 8)).not.toContain(255);
  });
});

function raster(
  width: number,
  height: number,
  channels: 1 | 3,
  sample: (x: number, y: number, c: number) => number,
): Raster {
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.trunc(i / channels);
    data[i] = sample(pixel % width, Math.trunc(pixel / width), i % channels) % 256;
  }
  return { width, height, channels, data };
}

function rowOf({ width, channels, data }: Raster, y: number, left: number, length: number): number[] {
  const start = (y * width + left) * channels;
  return Array.from(data.subarray(start, start + length * channels));
}
