/** How an image becomes the width × height of the model's input. */
export type ResizeMode =
  /** Resizes both edges to the target; changes the aspect ratio. */
  | 'STRETCH'
  /** Resizes the short edge to the target and crops the center. */
  | 'CROP'
  /** Resizes the long edge to the target and adds black borders. */
  | 'PAD';

/** Resampling filter, antialiased when shrinking, as in Pillow and torchvision. */
export type Resample = 'NEAREST' | 'BILINEAR' | 'BICUBIC' | 'LANCZOS';

/**
 * Turns a decoded image into a model's input. For every channel c:
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
  /** The image is resized to size / cropFraction and its center cropped; in (0, 1], default 1. Not for PAD. */
  cropFraction?: number;
  resample: Resample;
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
export type PartialPreprocessing = Partial<PreprocessingSpec>;
