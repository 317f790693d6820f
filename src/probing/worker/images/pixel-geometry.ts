import type { PreprocessingSpec } from '../../preprocessing/preprocessing-spec.js';

/** The part of the preprocessing that decides which pixels a model sees; models that share it share pixels. */
export type PixelGeometry = Required<
  Pick<PreprocessingSpec, 'width' | 'height' | 'resize' | 'cropFraction' | 'resample' | 'grayscale'>
>;

/** Takes the geometry out of a complete description. */
export function pixelGeometry(spec: PreprocessingSpec): PixelGeometry {
  const { width, height, resize, cropFraction = 1, resample, grayscale = false } = spec;
  return { width, height, resize, cropFraction, resample, grayscale };
}

/** Bytes of one image: width × height × channels, one byte each, rows of interleaved RGB (or of luminance). */
export function bytesPerImage({ width, height, grayscale }: PixelGeometry): number {
  return width * height * (grayscale ? 1 : 3);
}
