import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Distinguishes a key from a token, in headers and for leak scanners. */
const MARK = 'plk';
const PREFIX_BYTES = 6;
const SECRET_BYTES = 32;
const SHAPE = new RegExp(`^${MARK}_([0-9a-f]{${2 * PREFIX_BYTES}})_[A-Za-z0-9_-]{43}$`);

/** A new key: shown once, looked up by its prefix, verified by its hash. */
export function newSecret(): { secret: string; prefix: string; hash: string } {
  const prefix = randomBytes(PREFIX_BYTES).toString('hex');
  const secret = `${MARK}_${prefix}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { secret, prefix, hash: hashOf(secret) };
}

/** Whether a text starts like a key. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith(`${MARK}_`);
}

/** The part of a key that it is looked up by; null if the text is not a key. */
export function prefixOf(secret: string): string | null {
  return SHAPE.exec(secret)?.[1] ?? null;
}

/**
 * Whether a secret has this hash.
 *
 * One SHA-256 is enough: slow hashes (Argon2, bcrypt) make guessing passwords expensive, but 256 random bits cannot be guessed
 * at any speed, and a slow hash on every request would let anonymous callers keep this server busy.
 *
 * Timing: hashes are compared in constant time. Measuring a check reveals at most how much the hash of a guess agrees with
 * another hash, and guesses cannot be chosen by their hashes. The prefix is looked up by an index, whose timing may reveal
 * whether a prefix exists; it is not a secret, and is shown in lists and in the audit. An unknown prefix is hashed and compared
 * all the same.
 */
export function isSecretOf(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(secret), 'hex'), Buffer.from(hash, 'hex'));
}

/** The hash of no key, to compare when a prefix is unknown. */
export const NO_HASH = '0'.repeat(64);

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
