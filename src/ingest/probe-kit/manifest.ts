import type { ProbeRecord, ProbeSetRecord } from '../../store/index.js';

/** Goes up when a reader of kits has to change. */
const FORMAT_VERSION = 1;

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/gif': 'gif',
  'image/tiff': 'tiff',
};

/** `manifest.json` of a kit: what is in it, and in which order the images are to be answered. */
export interface KitManifest {
  format: 'probelog-kit';
  formatVersion: number;
  probeSet: { id: string; name: string; digest: string; count: number };
  /** In the order of the probe set. */
  images: {
    position: number;
    file: string;
    sha256: string;
    width: number;
    height: number;
    mediaType: string;
  }[];
}

/**
 * @param shownId the probe set's id as others know it
 * @param probes in order
 */
export function kitManifest(
  { name, digest, size }: ProbeSetRecord,
  shownId: string,
  probes: readonly ProbeRecord[],
): KitManifest {
  return {
    format: 'probelog-kit',
    formatVersion: FORMAT_VERSION,
    probeSet: { id: shownId, name, digest, count: size },
    images: probes.map(({ position, digest: sha256, width, height, mediaType }) => ({
      position,
      file: `images/${String(position).padStart(5, '0')}.${EXTENSIONS[mediaType] ?? 'bin'}`,
      sha256,
      width,
      height,
      mediaType,
    })),
  };
}
