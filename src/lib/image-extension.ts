const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/gif': 'gif',
  'image/tiff': 'tiff',
};

/** The extension of files of a media type, without the dot; undefined for types that probes do not have. */
export function imageExtension(mediaType: string): string | undefined {
  return EXTENSIONS[mediaType];
}
