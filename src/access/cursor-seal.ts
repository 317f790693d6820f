import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { readLinkSecret } from './link-secret.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Seals the places that cursors hold. */
export interface CursorSeal {
  /** @param binding all that the cursor belongs to; it is not in the cursor */
  seal(binding: string, place: string): string;
  /** The place; null when this was not sealed here, with this binding. */
  open(binding: string, cursor: string): string | null;
}

/**
 * Opens the seal of a data folder: a key of its own, derived from the folder's secret. Cursors are valid in every process that
 * shares the folder.
 *
 * A cursor is authenticated and encrypted: nonce, tag and ciphertext of AES-256-GCM, in base64url. The nonce is a MAC of
 * binding and place, so that a place has one cursor and no nonce is used for two of them, however many are made.
 *
 * Threat model: a search continues where its cursor says, with the score that it says. A caller who could write one would
 * begin at the score of any logit, and learn of private ones from where the page then begins. One who could read the score
 * of a cursor that belongs to another would learn it at once.
 *
 * @throws ProbelogError CONFIG_INVALID if the file with the secret is damaged
 */
export async function openCursorSeal(dataFolder: string): Promise<CursorSeal> {
  const secret = await readLinkSecret(dataFolder);
  const keyFor = (use: string) => Buffer.from(hkdfSync('sha256', secret, '', `probelog cursor ${use}`, 32));
  const [key, nonceKey] = [keyFor('encryption'), keyFor('nonce')];
  return {
    seal(binding, place) {
      const nonce = createHmac('sha256', nonceKey)
        .update(JSON.stringify([binding, place]))
        .digest()
        .subarray(0, NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(binding));
      const sealed = Buffer.concat([cipher.update(place, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    open(binding, cursor) {
      const bytes = Buffer.from(cursor, 'base64url');
      if (bytes.length < NONCE_BYTES + TAG_BYTES) return null;
      const nonce = bytes.subarray(0, NONCE_BYTES);
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(binding))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      try {
        const place = decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES), undefined, 'utf8');
        return place + decipher.final('utf8');
      } catch {
        return null;
      }
    },
  };
}
