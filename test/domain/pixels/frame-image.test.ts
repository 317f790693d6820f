import { describe, expect, it } from 'vitest';
import { type Frame, frameImage } from '../../../src/domain/index.js';
import type { Raster } from '../../../src/domain/pixels/raster.js';

const FRAME: Frame = {
  width: 4,
  height: 4,
  resize: 'STRETCH',
  cropFraction: 1,
  rounding: 'TRANSFORMERS',
  padColor: [0],
  filter: 'NEAREST',
  grayscale: false,
};

/** Luminance whose samples are their column, or their row. */
function columns(width: number, height: number): Raster {
  return {
    width,
    height,
    channels: 1,
    data: Uint8Array.from({ length: width * height }, (_, i) => i % width),
  };
}
function rows(width: number, height: number): Raster {
  const data = Uint8Array.from({ length: width * height }, (_, i) => Math.trunc(i / width));
  return { width, height, channels: 1, data };
}

const firstRow = ({ width, data }: Raster) => Array.from(data.subarray(0, width));
const firstColumn = ({ width, data }: Raster) => Array.from(data).filter((_, i) => i % width === 0);

describe('a frame', () => {
  it('of STRETCH shows the whole image', () => {
    expect(firstRow(frameImage(columns(8, 4), FRAME))).toEqual([1, 3, 5, 7]);
  });

  it('of STRETCH to a larger size keeps its center', () => {
    const frame = { ...FRAME, resizeWidth: 8, resizeHeight: 4 };
    expect(firstRow(frameImage(columns(8, 4), frame))).toEqual([2, 3, 4, 5]);
  });

  it('of CROP resizes the short edge and keeps the center', () => {
    const frame: Frame = { ...FRAME, resize: 'CROP', shortEdge: 4 };
    expect(firstRow(frameImage(columns(8, 4), frame))).toEqual([2, 3, 4, 5]);
    expect(firstColumn(frameImage(rows(4, 8), frame))).toEqual([2, 3, 4, 5]);
  });

  it('rounds an odd rest as the library does', () => {
    const frame: Frame = { ...FRAME, resize: 'NONE' };
    // 7 − 4 = 3: 1.5 is rounded down, or half to even.
    expect(firstRow(frameImage(columns(7, 4), frame))).toEqual([1, 2, 3, 4]);
    expect(firstRow(frameImage(columns(7, 4), { ...frame, rounding: 'TORCHVISION' }))).toEqual([2, 3, 4, 5]);
    // 5 − 4 = 1: 0.5 is rounded down either way.
    expect(firstRow(frameImage(columns(5, 4), { ...frame, rounding: 'TORCHVISION' }))).toEqual([0, 1, 2, 3]);
  });

  it('rounds the long edge down, but as Paddle does to the nearest', () => {
    // 4 · 11 / 8 = 5.5
    const frame: Frame = { ...FRAME, resize: 'CROP', shortEdge: 4, width: 4, filter: 'NEAREST' };
    const down = firstRow(frameImage(columns(11, 8), frame));
    const nearest = firstRow(frameImage(columns(11, 8), { ...frame, rounding: 'PADDLE' }));
    expect(down).not.toEqual(nearest);
  });

  it('has borders where the image is too small', () => {
    const frame: Frame = { ...FRAME, resize: 'NONE', padColor: [9] };
    expect(firstRow(frameImage(columns(2, 4), frame))).toEqual([9, 0, 1, 9]);
    expect(firstRow(frameImage(columns(3, 4), frame))).toEqual([9, 0, 1, 2]);
    expect(firstRow(frameImage(columns(3, 4), { ...frame, rounding: 'TORCHVISION' }))).toEqual([0, 1, 2, 9]);
  });

  it('of PAD shows the whole image between borders', () => {
    const frame: Frame = { ...FRAME, resize: 'PAD', padColor: [9] };
    expect(firstColumn(frameImage(rows(8, 4), frame))).toEqual([9, 1, 3, 9]);
    // With an odd rest, timm's upper border is the smaller one.
    const odd: Frame = { ...frame, width: 5, height: 4, rounding: 'TORCHVISION' };
    expect(firstColumn(frameImage(rows(5, 1), odd))).toEqual([9, 0, 9, 9]);
  });

  it('of CROP_FIRST takes the center square before it resizes', () => {
    const frame: Frame = { ...FRAME, resize: 'CROP_FIRST', cropFraction: 0.5 };
    expect(firstRow(frameImage(columns(24, 16), frame))).toEqual([9, 11, 13, 15]);
  });

  it('is luminance before the image is resized', () => {
    const image: Raster = { width: 2, height: 1, channels: 3, data: Uint8Array.of(255, 0, 0, 0, 0, 255) };
    const frame: Frame = { ...FRAME, width: 2, height: 1, grayscale: true };
    expect(Array.from(frameImage(image, frame).data)).toEqual([76, 29]);
  });

  it('of every mode and shape has its size', () => {
    for (const resize of ['STRETCH', 'CROP', 'CROP_FIRST', 'PAD', 'NONE'] as const)
      for (const [width, height] of [
        [1, 1],
        [1, 500],
        [500, 1],
        [3, 4],
        [17, 31],
      ]) {
        const framed = frameImage(columns(width, height), { ...FRAME, width: 5, height: 6, resize });
        expect([framed.width, framed.height, framed.data.length]).toEqual([5, 6, 30]);
      }
  });
});
