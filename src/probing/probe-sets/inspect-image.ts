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

/** How a message speaks of an image. */
export interface ImageTitle {
  /** Begins the sentence. */
  title: string;
  /** Of the file, where it has one. */
  name?: string;
  /** What would help when it is no image. */
  remedy?: string;
}

/**
 * Decodes an image from end to end, to know now and not in every model's run whether it is whole.
 * @throws ProbelogError PROBE_IMAGE_INVALID
 */
export async function inspectImage(
  image: ImageTitle,
  bytes: Buffer,
  limits: Pick<ProbeImageLimits, 'maxPixels'>,
): Promise<InspectedImage> {
  const mediaType = imageMediaType(bytes);
  if (!mediaType)
    throw invalid(
      image,
      `is not a JPEG, PNG, WebP, AVIF, GIF or TIFF image.${image.remedy ? ` ${image.remedy}` : ''}`,
    );
  // The header first: it is cheap, and its message can say how large the image is.
  const header = await decoding(image, () => sharp(bytes, { limitInputPixels: false }).metadata());
  const { width, height } = header.autoOrient;
  if (width * height > limits.maxPixels)
    throw invalid(image, `has ${width} × ${height} pixels; the most is ${limits.maxPixels}.`);
  const pixels = sharp(bytes, {
    limitInputPixels: limits.maxPixels,
    failOn: 'warning',
    sequentialRead: true,
  });
  // Down to one pixel: decoding all of it is what this is for.
  await decoding(image, () => pixels.resize(1, 1, { fit: 'fill', fastShrinkOnLoad: false }).raw().toBuffer());
  return { width, height, mediaType };
}

async function decoding<T>(image: ImageTitle, decode: () => Promise<T>): Promise<T> {
  try {
    return await decode();
  } catch (thrown) {
    throw invalid(image, `cannot be decoded: ${messageOf(thrown)}.`);
  }
}

function invalid({ title, name }: ImageTitle, what: string): ProbelogError {
  return new ProbelogError('PROBE_IMAGE_INVALID', `${title} ${what}`, name === undefined ? {} : { name });
}
