import sharp from 'sharp';
import type { Frame } from '../../domain/index.js';
import { decodePixels } from '../worker/images/decode-pixels.js';

/** The pixels that a model gets of an image, before they are normalized, as PNG. @throws ProbelogError PROBE_IMAGE_INVALID */
export async function makePreview(path: string, frame: Frame): Promise<Uint8Array> {
  const { width, height, grayscale } = frame;
  const raw = { width, height, channels: grayscale ? 1 : 3 } as const;
  return sharp(await decodePixels(path, frame), { raw })
    .png()
    .toBuffer();
}
