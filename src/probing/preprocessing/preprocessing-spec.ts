/** How an image becomes the width × height of the model's input. */
export type ResizeMode =
  /** Both edges to the target; the aspect ratio is lost. */
  | 'STRETCH'
  /** The short edge to the target, the center kept. */
  | 'CROP'
  /** The long edge to the target, black borders. */
  | 'PAD';

/** Resampling filter, antialiased when it shrinks (as Pillow's and torchvision's). */
export type Resample = 'NEAREST' | 'BILINEAR' | 'BICUBIC' | 'LANCZOS';

/**
 * From a decoded image to the numbers that a model takes, for every channel c:
 *
 *   value = (pixel · scale − mean[c]) / std[c],   pixel in 0..255
 *
 * A model with a uint8 input takes the pixels as they are; scale, mean and std do not apply to it.
 */
export interface PreprocessingSpec {
  /** Pixels, 1–4096. */
  width: number;
  height: number;
  resize: ResizeMode;
  /** The image is resized to size / cropFraction and its center kept; in (0, 1], default 1. Not for PAD. */
  cropFraction?: number;
  resample: Resample;
  /** Usually 1/255. */
  scale: number;
  /** Per channel in RGB order whatever `channelOrder` says: 3 numbers, or 1 when `grayscale`. */
  mean: number[];
  std: number[];
  channelOrder: 'RGB' | 'BGR';
  /** Only to overrule what the model's own input shape says. */
  layout?: 'NCHW' | 'NHWC';
  /** One channel of luminance instead of three of color. */
  grayscale?: boolean;
}

/** A description in which the model's own input shape fills what is missing. */
export type PartialPreprocessing = Partial<PreprocessingSpec>;
