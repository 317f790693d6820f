import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials, Proof } from '../registry.js';
import { base64Digest, equalsAny, equalsAnyText, readHeader, signatureInvalid } from '../signature.js';

const TOKEN_HEADER = 'Authorization';
const SIGNATURE_HEADER = 'X-Wandb-Signature';
const SHA256_HEX = /^[0-9a-f]{64}$/i;

/**
 * A bearer token, and an HMAC-SHA256 over the body. Neither covers a time or an id, so a recorded delivery stays valid. A
 * replay registers nothing, because a version is registered once. But it gives its alias again: the only damage that an
 * attacker with a recorded delivery can do is to move an alias.
 *
 * @throws ProbelogError SIGNATURE_INVALID
 */
export function verify(body: Buffer, headers: IncomingHttpHeaders, { secrets, tokens }: Credentials): Proof {
  const token = /^Bearer +(\S+)$/i.exec(readHeader(headers, TOKEN_HEADER))?.[1];
  const signature = parseDigest(readHeader(headers, SIGNATURE_HEADER));
  if (token === undefined) throw signatureInvalid(`${TOKEN_HEADER} is not of the form Bearer <token>`);
  if (signature === undefined) {
    throw signatureInvalid(`${SIGNATURE_HEADER} is not 32 bytes in hexadecimal or base64`);
  }
  if (!equalsAnyText(token, tokens)) throw signatureInvalid('the bearer token matches no configured token');
  const expected = secrets.map((secret) => createHmac('sha256', secret).update(body).digest());
  if (!equalsAny(signature, expected)) {
    throw signatureInvalid(`${SIGNATURE_HEADER} matches no configured secret`);
  }
  return { deliveryId: null };
}

function parseDigest(header: string): Buffer | undefined {
  const text = header.replace(/^sha256=/, '');
  return SHA256_HEX.test(text) ? Buffer.from(text, 'hex') : base64Digest(text);
}
