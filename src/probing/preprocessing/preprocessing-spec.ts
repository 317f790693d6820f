import type { FrameRounding, ResampleFilter, ResizeMode } from '../../domain/index.js';

/**
 * Turns a decoded image into a model's input. The image is framed (`Frame` in src/domain/pixels), then for every channel c:
 *
 *   value = (pixel · scale − mean[c]) / std[c],   pixel in 0..255
 *
 * A model with a uint8 input gets the pixels themselves; scale, mean and std do not apply.
 */
export interface PreprocessingSpec {
  /** Pixels, 1–4096. */
  width: number;
  height: number;
  resize: ResizeMode;
  /** The image is resized to size / cropFraction before its center is taken; in (0, 1], default 1. Not for PAD and NONE. */
  cropFraction?: number;
  /** CROP: the short edge after resizing, in pixels, instead of `cropFraction`. */
  shortEdge?: number;
  /** STRETCH: the edges after resizing, in pixels; CROP: the size that the resized image covers; instead of `cropFraction`. */
  resizeWidth?: number;
  resizeHeight?: number;
  /** Default TRANSFORMERS. */
  rounding?: FrameRounding;
  /** Color of borders, 0–255: 3 numbers in RGB order, or 1 when `grayscale`. Default black. */
  padColor?: number[];
  resample: ResampleFilter;
  /** Usually 1/255. */
  scale: number;
  /** Per channel in RGB order whatever `channelOrder` says: 3 numbers, or 1 when `grayscale`. */
  mean: number[];
  std: number[];
  channelOrder: 'RGB' | 'BGR';
  /** Only needed to override the model's input shape. */
  layout?: 'NCHW' | 'NHWC';
  /** One channel of luminance instead of three of color. */
  grayscale?: boolean;
}

/** A description that the model's input and the defaults complete. */
export interface PartialPreprocessing extends Partial<PreprocessingSpec> {
  /** What was assumed or left out when the description was read, one sentence each. */
  assumptions?: string[];
}
