import { createHmac, timingSafeEqual } from 'node:crypto';
import { readLinkSecret } from './link-secret.js';

const DAY_MS = 86_400_000;

/** The query parameters of a signed link. */
export interface LinkQuery {
  until?: unknown;
  signature?: unknown;
}

/** Signed links with which a browser gets the image of a probe. */
export interface ImageLinks {
  /** The query string for the URL of an image, with its question mark. @param id of the probe, as in the URL */
  sign(id: string): string;
  /** Whether `sign` made these for this image, and they have not expired. */
  isValid(id: string, query: LinkQuery): boolean;
}

/**
 * Opens the links of a data folder. They are valid in every process that shares it.
 *
 * A page shows an image by its URL alone and cannot send a key with it. So a caller with a key or token and the scope READ gets
 * signed URLs.
 *
 * Threat model: a URL ends up in histories, logs and chats, where a key must never be. A leaked one opens one image, for two
 * days at most, and nothing else; it cannot be extended. Revoking the key does not end it sooner. It expires at midnight, so
 * that all URLs of one day are the same and a browser can cache the image. A reader of the secret can read the images as well:
 * both are in the data folder. To invalidate all links, stop the server and remove the file.
 *
 * @throws ProbelogError CONFIG_INVALID if the file with the secret is damaged
 */
export async function openImageLinks(dataFolder: string): Promise<ImageLinks> {
  const secret = await readLinkSecret(dataFolder);
  const signatureOf = (id: string, until: string) =>
    createHmac('sha256', secret).update(`probe image\0${id}\0${until}`).digest();
  return {
    sign(id) {
      const until = String((Math.floor(Date.now() / DAY_MS) + 2) * (DAY_MS / 1000));
      return `?until=${until}&signature=${signatureOf(id, until).toString('base64url')}`;
    },
    isValid(id, { until, signature }) {
      if (typeof until !== 'string' || typeof signature !== 'string') return false;
      if (!/^\d{1,12}$/.test(until) || Number(until) * 1000 <= Date.now()) return false;
      const [given, right] = [Buffer.from(signature, 'base64url'), signatureOf(id, until)];
      return given.length === right.length && timingSafeEqual(given, right);
    },
  };
}
