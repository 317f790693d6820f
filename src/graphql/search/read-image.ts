import { webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ProbelogError } from '../../errors/index.js';
import { SerialQueue } from '../../lib/serial-queue.js';
import { inspectImage } from '../../probing/index.js';
import { MAX_IMAGE_BYTES, type QueryImage } from '../../text/index.js';

const LIMITS = { maxPixels: 25_000_000, maxSide: 20_000 };
/** Encoders see some hundred pixels. A larger image is scaled here, in threads that no other caller waits for. */
const MAX_SHORT_SIDE = 1_024;
const { subtle } = webcrypto;
/** One image at a time, each in a turn of its own: decoding ten megabytes takes some milliseconds. */
const decoding = new SerialQueue();

/**
 * Stores a caller's image in a private file while it is used.
 *
 * Threat model: image decoders are attack surface. A file that is too large, or not one complete image, is refused before
 * the encoder reads it.
 *
 * @param text the file in base64, or a data: URL
 * @throws ProbelogError INPUT_INVALID
 */
export async function readImage(text: string): Promise<QueryImage> {
  const bytes = await decoding.run(() => nextTurn().then(() => decode(text)));
  return {
    digest: Buffer.from(await subtle.digest('SHA-256', bytes)).toString('hex'),
    async asFile(use) {
      await inspectImage({ title: 'The image' }, bytes, LIMITS);
      const folder = await mkdtemp(join(tmpdir(), 'probelog-image-'));
      try {
        const path = join(folder, 'image');
        await writeFile(path, await scaled(bytes), { mode: 0o600 });
        return await use(path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** An image whose shorter side has at most {@link MAX_SHORT_SIDE} pixels. */
async function scaled(bytes: Buffer): Promise<Buffer> {
  const { default: sharp } = await import('sharp');
  const { width, height } = (await sharp(bytes).metadata()).autoOrient;
  if (Math.min(width, height) <= MAX_SHORT_SIDE) return bytes;
  const size = { width: MAX_SHORT_SIDE, height: MAX_SHORT_SIDE, fit: 'outside' } as const;
  return sharp(bytes, { limitInputPixels: LIMITS.maxPixels })
    .rotate()
    .resize(size)
    .png({ compressionLevel: 1 })
    .toBuffer();
}

function decode(text: string): Buffer {
  if (text.length > MAX_IMAGE_BYTES * 1.5) refuse(`is larger than ${MAX_IMAGE_BYTES / 2 ** 20} MiB`);
  const start = /^data:image\/[\w.+-]{1,50};base64,/.exec(text)?.[0].length ?? 0;
  const base64 = text.slice(start);
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || !isBase64(base64, bytes))
    refuse('is not base64; give the file in base64, or as a data: URL');
  if (bytes.length > MAX_IMAGE_BYTES) refuse(`is larger than ${MAX_IMAGE_BYTES / 2 ** 20} MiB`);
  return bytes;
}

/** The decoder leaves out what is not base64. Nothing is left out when the lengths fit, which is quicker than a pattern. */
function isBase64(text: string, { length }: Buffer): boolean {
  const padding = /=*$/.exec(text.slice(-2))?.[0].length ?? 0;
  return length === Math.floor(((text.length - padding) * 3) / 4) || /^[A-Za-z0-9+/\s]+[=\s]*$/.test(text);
}

function refuse(what: string): never {
  throw new ProbelogError('INPUT_INVALID', `The image ${what}.`, { field: 'image' });
}
