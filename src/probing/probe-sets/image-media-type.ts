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
