import { messageOf, ProbelogError } from '../../errors/index.js';

/** What decoding an image found out. */
export interface InspectedImage {
  /** Pixels, after EXIF orientation. */
  width: number;
  height: number;
  mediaType: string;
}

/** How an error message names an image. */
export interface ImageTitle {
  /** Start of the sentence. */
  title: string;
  /** File name, if it has one. */
  name?: string;
  /** What to do when it is not an image. */
  remedy?: string;
}

/**
 * Decodes a whole image, so that a damaged one is found now and not during every model's run.
 * @throws ProbelogError PROBE_IMAGE_INVALID
 */
export async function inspectImage(
  image: ImageTitle,
  bytes: Buffer,
  limits: Pick<ProbeImageLimits, 'maxPixels' | 'maxSide'>,
): Promise<InspectedImage> {
  const mediaType = imageMediaType(bytes);
  if (!mediaType)
    throw invalid(
      image,
      `is not a JPEG, PNG, WebP, AVIF, GIF or TIFF image.${image.remedy ? ` ${image.remedy}` : ''}`,
    );
  const { default: sharp } = await import('sharp');
  // The header first: it is cheap, and the error can name the image's size.
  const header = await decoding(image, () => sharp(bytes, { limitInputPixels: false }).metadata());
  const { width, height } = header.autoOrient;
  if (width * height > limits.maxPixels)
    throw invalid(image, `has ${width} × ${height} pixels; the limit is ${limits.maxPixels}.`);
  if (limits.maxSide !== undefined && Math.max(width, height) > limits.maxSide)
    throw invalid(image, `has ${width} × ${height} pixels; a side may have ${limits.maxSide}.`);
  const pixels = sharp(bytes, {
    limitInputPixels: limits.maxPixels,
    failOn: 'warning',
    sequentialRead: true,
  });
  // Resized to one pixel, since only complete decoding matters.
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

/** Signatures of supported files: raster images that sharp decodes without reading other files. */
const SIGNATURES: { mediaType: string; offset: number; bytes: string }[] = [
  { mediaType: 'image/jpeg', offset: 0, bytes: '\xff\xd8\xff' },
  { mediaType: 'image/png', offset: 0, bytes: '\x89PNG\r\n\x1a\n' },
  { mediaType: 'image/gif', offset: 0, bytes: 'GIF8' },
  { mediaType: 'image/webp', offset: 8, bytes: 'WEBP' },
  { mediaType: 'image/avif', offset: 4, bytes: 'ftypavif' },
  { mediaType: 'image/tiff', offset: 0, bytes: 'II*\0' },
  { mediaType: 'image/tiff', offset: 0, bytes: 'MM\0*' },
];

/** The media type by the first bytes of an image file; null for an unsupported file. */
export function imageMediaType(bytes: Buffer): string | null {
  const found = SIGNATURES.find(
    (signature) =>
      bytes.toString('latin1', signature.offset, signature.offset + signature.bytes.length) ===
      signature.bytes,
  );
  return found?.mediaType ?? null;
}

/** Limits on the images of a probe set. */
export interface ProbeImageLimits {
  /** Width × height of one image. */
  maxPixels: number;
  /** Width or height of one image; absent: unlimited. */
  maxSide?: number;
  /** Bytes of one image file; default 64 MiB. */
  maxImageBytes?: number;
  /** Files in the source; default 1,000,000. */
  maxFiles?: number;
  /** Unpacked bytes of an archive; default 64 GiB. */
  maxTotalBytes?: number;
}
