import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProbelogError } from '../errors/index.js';
import { createFileAtomically } from '../lib/atomic-file.js';

const FILE = 'link-secret';
const SECRET_BYTES = 32;
const HOUR_MS = 3_600_000;

/** What the address of a signed link carries. */
export interface LinkQuery {
  until?: unknown;
  signature?: unknown;
}

/** Links by which a browser gets the image of a probe. */
export interface ImageLinks {
  /** What to add to the address of an image, with the question mark. @param id of the probe, as in the address */
  sign(id: string): string;
  /** Whether these came from `sign`, for this very image, and not too long ago. */
  isGood(id: string, query: LinkQuery): boolean;
}

/**
 * Opens the links of a data folder; they hold in every process that shares it.
 *
 * A page shows an image by its address alone and has no way to send a key with it. So whoever asks with a key or token,
 * and may read, gets addresses that are signed.
 *
 * Threat model: an address ends up in histories, logs and chats, where a key must never be. What leaks with it is one
 * image, for two hours at the most: neither another image nor anything else is opened by it, and it cannot be made to
 * last. Revoking the key does not end it sooner. It ends on the hour, so that all addresses of one hour are the same and a
 * browser that has the image need not ask again. Whoever reads the secret reads the images as well: both are in the
 * data folder. To end all links at once, stop the server and remove the file.
 *
 * @throws ProbelogError CONFIG_INVALID when the secret's file is damaged
 */
export async function openImageLinks(dataFolder: string): Promise<ImageLinks> {
  const secret = await secretIn(dataFolder);
  const signatureOf = (id: string, until: string) =>
    createHmac('sha256', secret).update(`probe image\0${id}\0${until}`).digest();
  return {
    sign(id) {
      const until = String((Math.floor(Date.now() / HOUR_MS) + 2) * (HOUR_MS / 1000));
      return `?until=${until}&signature=${signatureOf(id, until).toString('base64url')}`;
    },
    isGood(id, { until, signature }) {
      if (typeof until !== 'string' || typeof signature !== 'string') return false;
      if (!/^\d{1,12}$/.test(until) || Number(until) * 1000 <= Date.now()) return false;
      const [given, right] = [Buffer.from(signature, 'base64url'), signatureOf(id, until)];
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}

async function secretIn(folder: string): Promise<Buffer> {
  const path = join(folder, FILE);
  const secret = (await readFile(path).catch(() => null)) ?? (await makeSecret(path));
  if (secret.length === SECRET_BYTES) return secret;
  throw new ProbelogError(
    'CONFIG_INVALID',
    `${path} does not hold the ${SECRET_BYTES} bytes that sign links. Remove it; a new one is made.`,
  );
}

/** Of two processes that make one at once, both take the one that was there first: it appears whole, and only once. */
async function makeSecret(path: string): Promise<Buffer> {
  await createFileAtomically(path, randomBytes(SECRET_BYTES), { mode: 0o600 });
  return readFile(path);
}
