import sharp from 'sharp';
import { messageOf, ProbelogError } from '../../errors/index.js';

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

/** Starts of the files that probes may be: raster images that sharp decodes without reading anything else. */
const SIGNATURES: { mediaType: string; offset: number; bytes: string }[] = [
  { mediaType: 'image/jpeg', offset: 0, bytes: '\xff\xd8\xff' },
  { mediaType: 'image/png', offset: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { mediaType: 'image/gif', offset: 0, bytes: 'GIF8' },
  { mediaType: 'image/webp', offset: 8, bytes: 'WEBP' },
  { mediaType: 'image/avif', offset: 4, bytes: 'ftypavif' },
  { mediaType: 'image/tiff', offset: 0, bytes: 'II*\0' },
  { mediaType: 'image/tiff', offset: 0, bytes: 'MM\0*' },
];

/** The media type that an image file's first bytes tell; null when it is no image that we take. */
export function imageMediaType(bytes: Buffer): string | null {
  const found = SIGNATURES.find(
    (signature) =>
      bytes.toString('latin1', signature.offset, signature.offset + signature.bytes.length) ===
      signature.bytes,
  );
  return found?.mediaType ?? null;
}

/** Bounds on the images of a probe set. */
export interface ProbeImageLimits {
  /** Width × height of one image. */
  maxPixels: number;
  /** Bytes of one image file; default 64 MiB. */
  maxImageBytes?: number;
  /** Files in the source; default 1,000,000. */
  maxFiles?: number;
  /** Unpacked bytes of an archive; default 64 GiB. */
  maxTotalBytes?: number;
}
