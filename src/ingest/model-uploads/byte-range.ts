import { ProbelogError } from '../../errors/index.js';

/** The part of a file that a request sends. */
export interface ByteRange {
  /** Position of its first byte in the file. */
  offset: number;
  /** Its bytes. */
  length: number;
  /** Bytes of the whole file. */
  total: number;
}

const MAX_DIGITS = 15;

/**
 * What a PUT sends of a file: by `Content-Range: bytes 0-99/1000` (RFC 9110, section 14.5) a part, as `curl -C` does; else all of it.
 *
 * @param length `Content-Length`; undefined when the body's length is not said
 * @throws ProbelogError INPUT_INVALID
 */
export function byteRangeOf(header: string | undefined, length: string | undefined): ByteRange {
  const said = length === undefined ? undefined : Number(length);
  if (header === undefined) {
    if (said === undefined)
      throw new ProbelogError(
        'INPUT_INVALID',
        'Say how long the file is, by Content-Length or Content-Range.',
      );
    return { offset: 0, length: said, total: said };
  }
  const [, first, last, total] =
    new RegExp(String.raw`^bytes (\d{1,${MAX_DIGITS}})-(\d{1,${MAX_DIGITS}})/(\d{1,${MAX_DIGITS}})$`, 'i')
      .exec(header.trim())
      ?.map(Number) ?? [];
  const range = { offset: first, length: last - first + 1, total };
  const isWhole = total !== undefined && first <= last && last < total;
  if (!isWhole || (said !== undefined && said !== range.length))
    throw new ProbelogError(
      'INPUT_INVALID',
      `Content-Range is ${JSON.stringify(header)}, which is not the form bytes 0-99/1000 with the length of the body.`,
    );
  return range;
}
