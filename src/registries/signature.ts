import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { ProbelogError } from '../errors/index.js';
import type { Proof } from './registry.js';

const WINDOW_SECONDS = 300;
const SHA256_BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/**
 * Excludes the full stop: it separates the signed parts (`id.timestamp.body`), so with one in the id the same signature
 * would be valid for another division of the same bytes.
 */
const ID = /^[\x21-\x2d\x2f-\x7e]{1,200}$/;
const SECONDS = /^[1-9]\d{0,11}$/;
const VERSION = 'v1,';

/** A delivery signed by the rules of Standard Webhooks 1.0, under any header names. */
export interface SignedMessage {
  body: Buffer;
  headers: IncomingHttpHeaders;
  names: { id: string; timestamp: string; signature: string };
  /** A signature by any of them is valid. */
  keys: readonly Buffer[];
  now: Date;
}

/**
 * Verifies `v1,<base64 of HMAC-SHA256(key, id.timestamp.body)>`, one or several separated by spaces, then the timestamp.
 *
 * This uses Node's HMAC over the raw bytes. The `standardwebhooks` package, which the tests sign with, decodes the body
 * first and hashes in JavaScript. That blocks the event loop for 23 ms per MiB and key instead of 1 ms, before the
 * sender is known to be genuine. It also does not accept the current time as an argument.
 *
 * @throws ProbelogError SIGNATURE_INVALID, SIGNATURE_EXPIRED
 */
export function verifySignedMessage({ body, headers, names, keys, now }: SignedMessage): Proof {
  const id = readHeader(headers, names.id);
  const timestamp = readHeader(headers, names.timestamp);
  const signatures = readHeader(headers, names.signature).split(' ').flatMap(parseSignature);
  if (!ID.test(id))
    throw signatureInvalid(`${names.id} is not 1–200 printable characters without full stops`);
  if (!SECONDS.test(timestamp)) throw signatureInvalid(`${names.timestamp} is not a unix time in seconds`);
  if (signatures.length === 0) {
    throw signatureInvalid(`${names.signature} has no signature of the form v1,<base64 of 32 bytes>`);
  }
  const expected = keys.map((key) =>
    createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest(),
  );
  const genuine = signatures.filter((signature) => equalsAny(signature, expected));
  if (genuine.length === 0) throw signatureInvalid(`${names.signature} matches no configured secret`);
  checkTimestamp(Number(timestamp), now);
  return { deliveryId: id };
}

/** Skips signatures of other versions and malformed ones: a sender may add new kinds. */
function parseSignature(entry: string): Buffer[] {
  const digest = entry.startsWith(VERSION) ? base64Digest(entry.slice(VERSION.length)) : undefined;
  return digest ? [digest] : [];
}

/**
 * Checks that a signed timestamp is within five minutes of now, in either direction.
 *
 * Threat model: a recorded delivery stays genuine forever. Within the window, the delivery's id stops a replay; after it,
 * the timestamp does. So ids need not be kept forever.
 *
 * @param seconds unix time
 * @throws ProbelogError SIGNATURE_EXPIRED
 */
function checkTimestamp(seconds: number, now: Date): void {
  const age = Math.floor(now.getTime() / 1000) - seconds;
  if (Math.abs(age) <= WINDOW_SECONDS) return;
  const offset = age > 0 ? `${age} s old` : `${-age} s ahead of this server's clock`;
  throw new ProbelogError(
    'SIGNATURE_EXPIRED',
    `The delivery's timestamp is ${offset}; at most ${WINDOW_SECONDS} s are allowed.`,
  );
}

/** The value of a required header. @throws ProbelogError SIGNATURE_INVALID */
export function readHeader(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name.toLowerCase()];
  if (typeof value !== 'string' || value === '') {
    throw signatureInvalid(`the header ${name} is missing`);
  }
  return value;
}

/** @param reason which part is missing or wrong, never the value that would be right */
export function signatureInvalid(reason: string): ProbelogError {
  return new ProbelogError('SIGNATURE_INVALID', `The delivery's signature is invalid: ${reason}.`);
}

/** A SHA-256 digest from base64; undefined for anything else. Node's own decoder would skip invalid characters. */
export function base64Digest(text: string): Buffer | undefined {
  return SHA256_BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}

/**
 * Whether some bytes equal one of the expected ones.
 *
 * Threat model: a comparison that stops at the first difference shows an attacker, by its duration, how much of a guess
 * was right. So every candidate is compared in full, also after a match. Only a length may show, and the lengths of
 * digests are public.
 */
export function equalsAny(given: Buffer, expected: readonly Buffer[]): boolean {
  const matches = expected.filter(
    (candidate) => candidate.length === given.length && timingSafeEqual(candidate, given),
  );
  return matches.length > 0;
}

/**
 * Whether a header's text equals one of some secrets, in a time that is independent of them. It compares digests, so even
 * the length of a secret does not show.
 */
export function equalsAnyText(given: string, secrets: readonly string[]): boolean {
  // Node reads header bytes as Latin-1.
  return equalsAny(
    sha256(Buffer.from(given, 'latin1')),
    secrets.map((secret) => sha256(Buffer.from(secret, 'utf8'))),
  );
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
