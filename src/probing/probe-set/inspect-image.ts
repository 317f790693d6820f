import sharp from 'sharp';
import { messageOf, ProbelogError } from '../../errors/index.js';
import { imageMediaType } from './image-media-type.js';
import type { ProbeImageLimits } from './probe-image-limits.js';

/** What is known of an image after decoding it once. */
export interface InspectedImage {
  /** Pixels, after EXIF orientation. */
  width: number;
  height: number;
  mediaType: string;
}

/**
 * Decodes an image from end to end, to know now and not in every model's run whether it is whole.
 *
 * @param name of the file, for the message
 * @throws ProbelogError PROBE_IMAGE_INVALID
 */
export async function inspectImage(
  name: string,
  bytes: Buffer,
  limits: Pick<ProbeImageLimits, 'maxPixels'>,
): Promise<InspectedImage> {
  const mediaType = imageMediaType(bytes);
  if (!mediaType)
    throw invalid(name, 'is not a JPEG, PNG, WebP, AVIF, GIF or TIFF image. Take it out of the source.');
  // The header first: it is cheap, and its message can say how large the image is.
  const header = await decoding(name, () => sharp(bytes, { limitInputPixels: false }).metadata());
  const { width, height } = header.autoOrient;
  if (width * height > limits.maxPixels)
    throw invalid(name, `has ${width} × ${height} pixels; the most is ${limits.maxPixels}.`);
  const image = sharp(bytes, { limitInputPixels: limits.maxPixels, failOn: 'warning', sequentialRead: true });
  // Down to one pixel: decoding all of it is what this is for.
  await decoding(name, () => image.resize(1, 1, { fit: 'fill', fastShrinkOnLoad: false }).raw().toBuffer());
  return { width, height, mediaType };
}

async function decoding<T>(name: string, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (thrown) {
    throw invalid(name, `cannot be decoded: ${messageOf(thrown)}.`);
  }
}

function invalid(name: string, what: string): ProbelogError {
  return new ProbelogError('PROBE_IMAGE_INVALID', `The probe image "${name}" ${what}`, { name });
}
