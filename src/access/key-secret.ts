import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Tells a key of ours from a token, in a header and in a leak scanner's rules. */
const MARK = 'plk';
const PREFIX_BYTES = 6;
const SECRET_BYTES = 32;
const SHAPE = new RegExp(`^${MARK}_([0-9a-f]{${2 * PREFIX_BYTES}})_[A-Za-z0-9_-]{43}$`);

/** A new key: shown once as a whole, found by its prefix, known by its hash. */
export function newSecret(): { secret: string; prefix: string; hash: string } {
  const prefix = randomBytes(PREFIX_BYTES).toString('hex');
  const secret = `${MARK}_${prefix}_${randomBytes(SECRET_BYTES).toString('base64url')}`;
  return { secret, prefix, hash: hashOf(secret) };
}

/** Whether this has the look of a key of ours. */
export function looksLikeKey(text: string): boolean {
  return text.startsWith(`${MARK}_`);
}

/** The part that finds a key; null when this is none. */
export function prefixOf(secret: string): string | null {
  return SHAPE.exec(secret)?.[1] ?? null;
}

/**
 * Whether a secret is the one with this hash.
 *
 * One SHA-256 is enough: slow hashes (Argon2, bcrypt) make guessing a person's password dear, but 256 random bits cannot
 * be guessed at any speed, and a slow hash on every request would be a way to keep this server busy.
 *
 * Timing, for whoever reviews this: what is compared are hashes, in constant time. Whoever measures how long a check
 * takes learns at most how far the hash of their guess agrees with another, and cannot choose guesses by their hashes.
 * The prefix is looked up by an index, whose time may tell whether a prefix exists; it is no secret, and is shown in
 * lists and in the audit. An unknown prefix is hashed and compared all the same.
 */
export function isSecretOf(secret: string, hash: string): boolean {
  return timingSafeEqual(Buffer.from(hashOf(secret), 'hex'), Buffer.from(hash, 'hex'));
}

/** The hash of no key, for those whose prefix is unknown. */
export const NO_HASH = '0'.repeat(64);

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
