import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Proof } from '../registry.js';
import { base64Digest } from './base64-digest.js';
import { checkTimestamp } from './check-timestamp.js';
import { equalsAny } from './equals-any.js';
import { readHeader } from './read-header.js';
import { signatureInvalid } from './refusals.js';

/**
 * No full stop: it separates what is signed (`id.timestamp.body`), so with one in it the same signature would hold for
 * another division of the same bytes.
 */
const ID = /^[\x21-\x2d\x2f-\x7e]{1,200}$/;
const SECONDS = /^[1-9]\d{0,11}$/;
const VERSION = 'v1,';

/** A delivery that is signed as Standard Webhooks 1.0 says, under whatever names of headers. */
export interface SignedMessage {
  body: Buffer;
  headers: IncomingHttpHeaders;
  names: { id: string; timestamp: string; signature: string };
  /** Any of them may have signed. */
  keys: readonly Buffer[];
  now: Date;
}

/**
 * Verifies `v1,<base64 of HMAC-SHA256(key, id.timestamp.body)>`, one or several separated by blanks, then the time.
 *
 * Node's HMAC over the raw bytes, not the `standardwebhooks` package, which is what the tests sign with: it decodes the
 * body first and hashes in JavaScript, which holds up the event loop for 23 ms a MiB and key instead of one, for bytes
 * that nobody vouches for yet; and it has no way to be told the time.
 *
 * @throws ProbelogError SIGNATURE_INVALID, SIGNATURE_EXPIRED
 */
export function verifySignedMessage({ body, headers, names, keys, now }: SignedMessage): Proof {
  const id = readHeader(headers, names.id);
  const timestamp = readHeader(headers, names.timestamp);
  const given = readHeader(headers, names.signature).split(' ').flatMap(asDigest);
  if (!ID.test(id))
    throw signatureInvalid(`${names.id} is not 1–200 printable characters without full stops`);
  if (!SECONDS.test(timestamp)) throw signatureInvalid(`${names.timestamp} is not a unix time in seconds`);
  if (given.length === 0) {
    throw signatureInvalid(`${names.signature} has no signature of the form v1,<base64 of 32 bytes>`);
  }
  const expected = keys.map((key) =>
    createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest(),
  );
  const genuine = given.filter((signature) => equalsAny(signature, expected));
  if (genuine.length === 0) throw signatureInvalid(`${names.signature} matches no configured secret`);
  checkTimestamp(Number(timestamp), now);
  return { deliveryId: id };
}

/** Signatures of other versions, and what is none, are passed over: a sender may add new ones. */
function asDigest(entry: string): Buffer[] {
  const digest = entry.startsWith(VERSION) ? base64Digest(entry.slice(VERSION.length)) : undefined;
  return digest ? [digest] : [];
}
