import { crop, filledRaster, paste, type Raster, type Rectangle, toLuminance } from './raster.js';
import { type ResampleFilter, resample } from './resample.js';

/** How an image becomes the width × height that a model takes. */
export type ResizeMode =
  /** Resizes both edges, which changes the aspect ratio; then takes the center. */
  | 'STRETCH'
  /** Resizes the short edge, the long one in proportion; then takes the center. */
  | 'CROP'
  /** Takes the center square of `cropFraction` of the short edge; then resizes it. */
  | 'CROP_FIRST'
  /** Resizes to fit inside, and adds borders. */
  | 'PAD'
  /** Takes the center without resizing. */
  | 'NONE';

/**
 * How the long edge of CROP and the place of the center are rounded. Libraries differ by one pixel here:
 *
 * - TRANSFORMERS: long edge rounded down, center at ⌊(resized − size) / 2⌋
 * - TORCHVISION, which timm uses: long edge rounded down, center at (resized − size) / 2 rounded half to even
 * - PADDLE: long edge rounded half to even, center at ⌊(resized − size) / 2⌋
 */
export type FrameRounding = 'TRANSFORMERS' | 'TORCHVISION' | 'PADDLE';

/** What determines the pixels of a model's input. */
export interface Frame {
  /** Pixels of the result. */
  width: number;
  height: number;
  resize: ResizeMode;
  /** CROP: the short edge after resizing, in pixels. Absent: the image covers the result's size / `cropFraction`. */
  shortEdge?: number;
  /**
   * STRETCH: the edges after resizing, in pixels. CROP without `shortEdge`: the size that the resized image covers. Absent: size /
   * `cropFraction`.
   */
  resizeWidth?: number;
  resizeHeight?: number;
  /** In (0, 1]. */
  cropFraction: number;
  rounding: FrameRounding;
  /** One sample, 0–255, per channel; for borders. */
  padColor: readonly number[];
  filter: ResampleFilter;
  /** One channel of luminance, converted before the image is resized. */
  grayscale: boolean;
}

/** Where the pixels of a result come from. */
interface Placement {
  /** The part of the image that is resized; the whole image when absent. */
  source?: Rectangle;
  /** Size after resizing. */
  width: number;
  height: number;
  /** Where the result begins in the resized image; negative when there are borders. */
  left: number;
  top: number;
}

/**
 * Frames an image as the model's training did: converts, resizes, and takes the center or adds borders. Only the pixels that
 * are needed are computed. docs/pixels.md has the formulas.
 *
 * @param image RGB, or luminance
 * @returns `frame.width` × `frame.height` pixels, with 1 channel when `frame.grayscale`, else as many as `image`
 */
export function frameImage(image: Raster, frame: Frame): Raster {
  const colored = frame.grayscale ? toLuminance(image) : image;
  const { source, width, height, left, top } = placement(image.width, image.height, frame);
  const window = intersection({ left, top, width: frame.width, height: frame.height }, { width, height });
  const resized = resample(source ? crop(colored, source) : colored, width, height, frame.filter, window);
  if (resized.width === frame.width && resized.height === frame.height) return resized;
  const framed = filledRaster(frame.width, frame.height, colored.channels, frame.padColor);
  paste(framed, resized, window.left - left, window.top - top);
  return framed;
}

function placement(width: number, height: number, frame: Frame): Placement {
  switch (frame.resize) {
    case 'STRETCH':
      return centered(
        frame.resizeWidth ?? Math.round(frame.width / frame.cropFraction),
        frame.resizeHeight ?? Math.round(frame.height / frame.cropFraction),
        frame,
      );
    case 'CROP': {
      const resized =
        frame.shortEdge === undefined
          ? covering(width, height, frame)
          : withShortEdge(width, height, frame.shortEdge, frame.rounding);
      return centered(resized.width, resized.height, frame);
    }
    case 'CROP_FIRST': {
      const edge = Math.max(1, Math.trunc(frame.cropFraction * Math.min(width, height)));
      const source = { left: (width - edge) >> 1, top: (height - edge) >> 1, width: edge, height: edge };
      return { source, width: frame.width, height: frame.height, left: 0, top: 0 };
    }
    case 'PAD': {
      if (frame.rounding === 'TORCHVISION') {
        const { width: fitWidth, height: fitHeight } = fittingAsTimm(width, height, frame);
        return centered(fitWidth, fitHeight, frame);
      }
      const resized = fitting(width, height, frame);
      // As Pillow's ImageOps.pad.
      const left = -roundHalfEven((frame.width - resized.width) / 2);
      return { ...resized, left, top: -roundHalfEven((frame.height - resized.height) / 2) };
    }
    case 'NONE':
      return centered(width, height, frame);
  }
}

function centered(width: number, height: number, frame: Frame): Placement {
  const start = (resized: number, size: number) => {
    const excess = resized - size;
    if (frame.rounding !== 'TORCHVISION') return Math.floor(excess / 2);
    return excess >= 0 ? roundHalfEven(excess / 2) : -Math.floor(-excess / 2);
  };
  return { width, height, left: start(width, frame.width), top: start(height, frame.height) };
}

function withShortEdge(width: number, height: number, short: number, rounding: FrameRounding) {
  const long = (from: number, other: number) => {
    if (rounding === 'PADDLE') return roundHalfEven(from * (short / other));
    return Math.trunc((short * from) / other);
  };
  return width <= height
    ? { width: short, height: long(height, width) }
    : { width: long(width, height), height: short };
}

/** The smallest size that covers the target; with TORCHVISION as timm's `ResizeKeepRatio`, which rounds both edges. */
function covering(width: number, height: number, frame: Frame) {
  const targetWidth = frame.resizeWidth ?? Math.round(frame.width / frame.cropFraction);
  const targetHeight = frame.resizeHeight ?? Math.round(frame.height / frame.cropFraction);
  if (frame.rounding === 'TORCHVISION') {
    const ratio = Math.min(width / targetWidth, height / targetHeight);
    return { width: roundHalfEven(width / ratio), height: roundHalfEven(height / ratio) };
  }
  return targetWidth * height >= targetHeight * width
    ? { width: targetWidth, height: Math.max(targetHeight, Math.trunc((targetWidth * height) / width)) }
    : { width: Math.max(targetWidth, Math.trunc((targetHeight * width) / height)), height: targetHeight };
}

/** The largest size that fits inside, as Pillow's ImageOps.contain. */
function fitting(width: number, height: number, frame: Frame) {
  return width / height > frame.width / frame.height
    ? { width: frame.width, height: Math.max(1, roundHalfEven((height / width) * frame.width)) }
    : { width: Math.max(1, roundHalfEven((width / height) * frame.height)), height: frame.height };
}

/** timm's `ResizeKeepRatio` of the longest edge, which rounds both edges. */
function fittingAsTimm(width: number, height: number, frame: Frame) {
  const ratio = Math.max(width / frame.width, height / frame.height);
  return {
    width: Math.max(1, roundHalfEven(width / ratio)),
    height: Math.max(1, roundHalfEven(height / ratio)),
  };
}

function intersection(wanted: Rectangle, available: { width: number; height: number }): Rectangle {
  const left = Math.max(0, wanted.left);
  const top = Math.max(0, wanted.top);
  return {
    left,
    top,
    width: Math.min(available.width, wanted.left + wanted.width) - left,
    height: Math.min(available.height, wanted.top + wanted.height) - top,
  };
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
