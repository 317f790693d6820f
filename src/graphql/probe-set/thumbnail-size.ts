import { ProbelogError } from '../../errors/index.js';
import { THUMBNAIL_SIZES, type ThumbnailSize } from '../../probing/index.js';

/** @throws ProbelogError INPUT_INVALID unless there are thumbnails of this size */
export function thumbnailSize(size: number): ThumbnailSize {
  const known = THUMBNAIL_SIZES.find((pixels) => pixels === size);
  if (known !== undefined) return known;
  const allowed = `${THUMBNAIL_SIZES.slice(0, -1).join(', ')} or ${THUMBNAIL_SIZES.at(-1)}`;
  const message = `size must be ${allowed} pixels; leave it out for the image as it is stored.`;
  throw new ProbelogError('INPUT_INVALID', message, { argument: 'size', allowed: [...THUMBNAIL_SIZES] });
}
