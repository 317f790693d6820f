import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ProbelogError } from '../errors/index.js';
import { inspectImage } from '../probing/index.js';

const MOST_BYTES = 10 * 2 ** 20;
const MOST_PIXELS = 25_000_000;

/**
 * Puts a picture that a caller sent into a private file for as long as it is used.
 *
 * A decoder is the part of us that a hostile picture aims at: nothing that is too large, or not an image from end to
 * end, gets as far as the encoder.
 *
 * @param text the file in base64, or a data: URL
 * @throws ProbelogError INPUT_INVALID, PROBE_IMAGE_INVALID
 */
export async function withPictureFile<T>(
  text: string,
  use: (path: string, digest: string) => Promise<T>,
): Promise<T> {
  const bytes = decode(text);
  await inspectImage('picture of the query', bytes, { maxPixels: MOST_PIXELS });
  const folder = await mkdtemp(join(tmpdir(), 'probelog-picture-'));
  try {
    const path = join(folder, 'picture');
    await writeFile(path, bytes, { mode: 0o600 });
    return await use(path, createHash('sha256').update(bytes).digest('hex'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function decode(text: string): Buffer {
  if (text.length > MOST_BYTES * 1.5) refuse(`is larger than ${MOST_BYTES / 2 ** 20} MiB`);
  const base64 = text.replace(/^data:image\/[\w.+-]{1,50};base64,/, '').replace(/\s/g, '');
  if (base64 === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64))
    refuse('is not base64; give the file in base64, or as a data: URL');
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length > MOST_BYTES) refuse(`is larger than ${MOST_BYTES / 2 ** 20} MiB`);
  return bytes;
}

function refuse(what: string): never {
  throw new ProbelogError('INPUT_INVALID', `The image ${what}.`, { field: 'image' });
}
