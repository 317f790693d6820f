import sharp, { type KernelEnum, type Sharp } from 'sharp';
import { messageOf, ProbelogError } from '../../../errors/index.js';
import type { Resample } from '../../preprocessing/preprocessing-spec.js';
import { bytesPerImage, type PixelGeometry } from './pixels.js';

const KERNELS: Record<Resample, keyof KernelEnum> = {
  NEAREST: 'nearest',
  BILINEAR: 'linear',
  BICUBIC: 'cubic',
  LANCZOS: 'lanczos3',
};

// One thread per image: many images are decoded at once, and more threads would only compete.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes one image file to the pixels that a model gets; {@link bytesPerImage} describes their order.
 *
 * Applies EXIF orientation, converts colors to sRGB, and drops transparency, as Pillow's `convert('RGB')` does.
 *
 * @throws ProbelogError PROBE_IMAGE_INVALID
 */
export async function decodePixels(path: string, geometry: PixelGeometry): Promise<Buffer> {
  const { width, height, grayscale } = geometry;
  try {
    const resized = resize(sharp(path, { sequentialRead: true }).autoOrient(), geometry).removeAlpha();
    const colored = grayscale ? resized.greyscale().toColorspace('b-w') : resized.toColorspace('srgb');
    const pixels = await colored.raw({ depth: 'uchar' }).toBuffer();
    if (pixels.length !== bytesPerImage(geometry))
      throw new Error(`${pixels.length} bytes for ${width} × ${height} pixels`);
    return pixels;
  } catch (thrown) {
    throw new ProbelogError('PROBE_IMAGE_INVALID', `A probe image cannot be decoded: ${messageOf(thrown)}.`);
  }
}

function resize(image: Sharp, geometry: PixelGeometry): Sharp {
  const { width, height, cropFraction } = geometry;
  const kernel = KERNELS[geometry.resample];
  if (geometry.resize === 'PAD')
    return image.resize(width, height, { fit: 'contain', kernel, background: '#000' });
  const fit = geometry.resize === 'CROP' ? 'cover' : 'fill';
  if (cropFraction >= 1) return image.resize(width, height, { fit, kernel });
  const whole = { width: Math.round(width / cropFraction), height: Math.round(height / cropFraction) };
  return image.resize(whole.width, whole.height, { fit, kernel }).extract({
    left: Math.round((whole.width - width) / 2),
    top: Math.round((whole.height - height) / 2),
    width,
    height,
  });
}
