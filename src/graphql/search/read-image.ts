import { webcrypto } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { ProbelogError } from '../../errors/index.js';
import { SerialQueue } from '../../lib/serial-queue.js';
import { inspectImage } from '../../probing/index.js';
import { MAX_IMAGE_BYTES, type QueryImage } from '../../text/index.js';

const MAX_PIXELS = 25_000_000;
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
      await inspectImage({ title: 'The image' }, bytes, { maxPixels: MAX_PIXELS });
      const folder = await mkdtemp(join(tmpdir(), 'probelog-image-'));
      try {
        const path = join(folder, 'image');
        await writeFile(path, bytes, { mode: 0o600 });
        return await use(path);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
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
