/** An image of 8-bit samples: rows of interleaved channels, 3 (RGB) or 1 (luminance). */
export interface Raster {
  width: number;
  height: number;
  channels: 1 | 3;
  /** width · height · channels samples. */
  data: Uint8Array;
}

/** A rectangle of pixels. It may reach beyond the image. */
export interface Rectangle {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** @param color one sample per channel */
export function filledRaster(
  width: number,
  height: number,
  channels: 1 | 3,
  color: readonly number[] = [0],
): Raster {
  const data = new Uint8Array(width * height * channels);
  if (color.some((sample) => sample !== 0))
    for (let i = 0; i < data.length; i++) data[i] = color[(i % channels) % color.length];
  return { width, height, channels, data };
}

/** Copies `image` into `target`, its upper left corner at (left, top). */
export function paste(target: Raster, image: Raster, left: number, top: number): void {
  const { channels } = target;
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * image.width * channels, (y + 1) * image.width * channels);
    target.data.set(row, ((top + y) * target.width + left) * channels);
  }
}

/** The part of an image inside a rectangle, which must not reach beyond it. */
export function crop(image: Raster, { left, top, width, height }: Rectangle): Raster {
  if (left === 0 && width === image.width) {
    const row = width * image.channels;
    return { ...image, height, data: image.data.subarray(top * row, (top + height) * row) };
  }
  const cropped = filledRaster(width, height, image.channels);
  const { channels } = image;
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * channels;
    cropped.data.set(image.data.subarray(start, start + width * channels), y * width * channels);
  }
  return cropped;
}

/**
 * Luminance by ITU-R 601-2, with the weights and the rounding of Pillow's `convert('L')`
 * (docs/pixels.md#grayscale).
 */
export function toLuminance({ width, height, channels, data }: Raster): Raster {
  const pixels = width * height;
  if (channels === 1) return { width, height, channels, data };
  const luminance = new Uint8Array(pixels);
  for (let i = 0, p = 0; i < pixels; i++, p += 3)
    luminance[i] = (data[p] * 19595 + data[p + 1] * 38470 + data[p + 2] * 7471 + 0x8000) >> 16;
  return { width, height, channels: 1, data: luminance };
}
