import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProbelogError } from '../../errors/index.js';
import { inspectImage } from '../../probing/index.js';
import { MAX_IMAGE_BYTES, type QueryImage } from '../../text/index.js';

const MAX_PIXELS = 25_000_000;

/**
 * Stores a caller's image in a private file while it is used.
 *
 * Threat model: image decoders are attack surface. A file that is too large, or not one complete image, is refused before
 * the encoder reads it.
 *
 * @param text the file in base64, or a data: URL
 * @throws ProbelogError INPUT_INVALID
 */
export function readImage(text: string): QueryImage {
  const bytes = decode(text);
  return {
    digest: createHash('sha256').update(bytes).digest('hex'),
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
  const base64 = text.replace(/^data:image\/[\w.+-]{1,50};base64,/, '').replace(/\s/g, '');
  if (base64 === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    refuse('is not base64; give the file in base64, or as a data: URL');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > MAX_IMAGE_BYTES) refuse(`is larger than ${MAX_IMAGE_BYTES / 2 ** 20} MiB`);
  return bytes;
}

function refuse(what: string): never {
  throw new ProbelogError('INPUT_INVALID', `The image ${what}.`, { field: 'image' });
}
