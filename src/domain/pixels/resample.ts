import { crop, type Raster, type Rectangle } from './raster.js';

/** Pillow's filters. All but NEAREST are widened when the image shrinks, so that every source pixel counts. */
export type ResampleFilter = 'NEAREST' | 'BOX' | 'BILINEAR' | 'HAMMING' | 'BICUBIC' | 'LANCZOS';

/** A filter's weight at x, which is 0 from `support` on, in source pixels of an image that does not shrink. */
interface Kernel {
  support: number;
  weight(x: number): number;
}

const BICUBIC_A = -0.5;

const KERNELS: Record<Exclude<ResampleFilter, 'NEAREST'>, Kernel> = {
  BOX: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  BILINEAR: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  HAMMING: { support: 1, weight: hamming },
  BICUBIC: { support: 2, weight: bicubic },
  LANCZOS: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Fraction bits of a weight: 32, less 8 of a sample and 2 against overflow. */
const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/**
 * Resizes an image to the last bit as Pillow's `Image.resize` does up to release 12, and computes only the part of the result
 * that is needed. Rows first, then columns; each pass rounds to 8 bits. docs/pixels.md has the formulas.
 *
 * @param width pixels of the whole result
 * @param window the part of the result to compute; it must not reach beyond the result
 * @returns an image of the window's size
 */
export function resample(
  image: Raster,
  width: number,
  height: number,
  filter: ResampleFilter,
  window: Rectangle = { left: 0, top: 0, width, height },
): Raster {
  if (filter === 'NEAREST') return nearest(image, width, height, window);
  const kernel = KERNELS[filter];
  const across =
    height === image.height ? undefined : taps(image.height, height, kernel, window.top, window.height);
  const rows = across ? sourceRows(across) : { first: window.top, end: window.top + window.height };
  const needed = crop(image, { left: 0, top: rows.first, width: image.width, height: rows.end - rows.first });
  const narrowed =
    width === image.width
      ? crop(needed, { left: window.left, top: 0, width: window.width, height: needed.height })
      : resampleRows(needed, taps(image.width, width, kernel, window.left, window.width));
  return across ? resampleColumns(narrowed, across, rows.first) : narrowed;
}

/** The source samples and fixed-point weights of each result sample along one edge. */
interface Taps {
  /** First source sample of each result sample. */
  starts: Int32Array;
  counts: Int32Array;
  /** `stride` weights for each result sample, of which the first `counts` count. */
  weights: Int32Array;
  stride: number;
}

function taps(from: number, to: number, kernel: Kernel, first: number, length: number): Taps {
  const scale = from / to;
  const filterScale = Math.max(scale, 1);
  const support = kernel.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(length);
  const counts = new Int32Array(length);
  const weights = new Int32Array(length * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < length; i++) {
    const center = (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const count = Math.min(from, Math.trunc(center + support + 0.5)) - start;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      exact[k] = kernel.weight((start + k - center + 0.5) / filterScale);
      sum += exact[k];
    }
    starts[i] = start;
    counts[i] = count;
    for (let k = 0; k < count; k++)
      weights[i * stride + k] = toFixedPoint(sum === 0 ? exact[k] : exact[k] / sum);
  }
  return { starts, counts, weights, stride };
}

/** Half away from zero, as C's cast of value ± 0.5. */
function toFixedPoint(weight: number): number {
  const scaled = weight * 2 ** PRECISION_BITS;
  return Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

function sourceRows({ starts, counts }: Taps): { first: number; end: number } {
  const last = starts.length - 1;
  return { first: starts[0], end: starts[last] + counts[last] };
}

function resampleRows(image: Raster, { starts, counts, weights, stride }: Taps): Raster {
  const { height, channels, data } = image;
  const width = starts.length;
  // Clamped: overshoot of the bicubic and Lanczos kernels ends at 0 and 255.
  const result = new Uint8ClampedArray(width * height * channels);
  const sourceRow = image.width * channels;
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = y * sourceRow;
    for (let x = 0; x < width; x++) {
      const count = counts[x];
      let w = x * stride;
      let from = row + starts[x] * channels;
      const end = w + count;
      if (channels === 3) {
        let red = HALF;
        let green = HALF;
        let blue = HALF;
        for (; w < end; w++, from += 3) {
          const weight = weights[w];
          red = (red + Math.imul(weight, data[from])) | 0;
          green = (green + Math.imul(weight, data[from + 1])) | 0;
          blue = (blue + Math.imul(weight, data[from + 2])) | 0;
        }
        result[to++] = red >> PRECISION_BITS;
        result[to++] = green >> PRECISION_BITS;
        result[to++] = blue >> PRECISION_BITS;
      } else {
        let sum = HALF;
        for (; w < end; w++, from++) sum = (sum + Math.imul(weights[w], data[from])) | 0;
        result[to++] = sum >> PRECISION_BITS;
      }
    }
  }
  return { width, height, channels, data: bytesOf(result) };
}

/** @param firstRow the row of the whole image that `image` starts with */
function resampleColumns(image: Raster, { starts, counts, weights, stride }: Taps, firstRow: number): Raster {
  const { width, channels, data } = image;
  const height = starts.length;
  const row = width * channels;
  const result = new Uint8ClampedArray(row * height);
  for (let y = 0; y < height; y++) {
    const top = (starts[y] - firstRow) * row;
    const w = y * stride;
    const end = w + counts[y];
    const to = y * row;
    for (let i = 0; i < row; i++) {
      let sum = HALF;
      for (let k = w, from = top + i; k < end; k++, from += row)
        sum = (sum + Math.imul(weights[k], data[from])) | 0;
      result[to + i] = sum >> PRECISION_BITS;
    }
  }
  return { width, height, channels, data: bytesOf(result) };
}

function nearest(
  { width: from, height: fromRows, channels, data }: Raster,
  width: number,
  height: number,
  window: Rectangle,
): Raster {
  const columns = nearestSamples(from, width, window.left, window.width);
  const rows = nearestSamples(fromRows, height, window.top, window.height);
  const result = new Uint8Array(window.width * window.height * channels);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const start = (row * from + column) * channels;
      for (let c = 0; c < channels; c++) result[to++] = data[start + c];
    }
  }
  return { width: window.width, height: window.height, channels, data: result };
}

/** The place is advanced by additions, as in Pillow: their rounding decides which of two samples is the nearer one. */
function nearestSamples(from: number, to: number, first: number, length: number): Int32Array {
  const scale = from / to;
  const samples = new Int32Array(length);
  for (let i = 0, place = scale * 0.5; i < first + length; i++, place += scale)
    if (i >= first) samples[i - first] = Math.min(from - 1, Math.trunc(place));
  return samples;
}

function bytesOf(samples: Uint8ClampedArray): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.length);
}

function hamming(signed: number): number {
  const x = Math.abs(signed);
  if (x === 0) return 1;
  return x >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(x * Math.PI));
}

function bicubic(signed: number): number {
  const x = Math.abs(signed);
  if (x < 1) return ((BICUBIC_A + 2) * x - (BICUBIC_A + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * BICUBIC_A : 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
