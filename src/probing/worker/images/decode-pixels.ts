import sharp from 'sharp';
import { type Frame, frameImage, type Raster } from '../../../domain/index.js';
import { messageOf, ProbelogError } from '../../../errors/index.js';
import { bytesPerImage } from './pixels.js';

// One thread per image: many images are decoded at once, and more threads would only compete.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes one image file to the pixels that a model gets; {@link bytesPerImage} describes their order.
 *
 * The image is decoded whole and resized by our own code: libvips shrinks JPEGs while it decodes them and resizes in two
 * steps, and neither gives the pixels that a model was trained on (docs/pixels.md). Applies EXIF orientation, ignores color
 * profiles and drops transparency, as Pillow's `convert('RGB')` does.
 *
 * @throws ProbelogError PROBE_IMAGE_INVALID
 */
export async function decodePixels(path: string, frame: Frame): Promise<Uint8Array> {
  try {
    const { data } = frameImage(await decode(path), frame);
    if (data.length !== bytesPerImage(frame))
      throw new Error(`${data.length} bytes for ${frame.width} × ${frame.height} pixels`);
    return data;
  } catch (thrown) {
    throw new ProbelogError('PROBE_IMAGE_INVALID', `A probe image cannot be decoded: ${messageOf(thrown)}.`);
  }
}

async function decode(path: string): Promise<Raster> {
  const image = sharp(path, { sequentialRead: true, ignoreIcc: true }).autoOrient().removeAlpha();
  const { data, info } = await image
    .toColorspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3 && info.channels !== 1) throw new Error(`it has ${info.channels} channels`);
  return { width: info.width, height: info.height, channels: info.channels, data };
}
