import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials, Proof } from '../registry.js';
import { base64Digest } from '../signature/base64-digest.js';
import { equalsAny } from '../signature/equals-any.js';
import { equalsAnyText } from '../signature/equals-any-text.js';
import { readHeader } from '../signature/read-header.js';
import { signatureInvalid } from '../signature/refusals.js';

const TOKEN_HEADER = 'Authorization';
const SIGNATURE_HEADER = 'X-Wandb-Signature';
const SHA256_HEX = /^[0-9a-f]{64}$/i;

/**
 * A bearer token, and an HMAC-SHA256 over the body. Neither covers a time or an id, so a recorded delivery stays good;
 * repeated, it registers nothing, because a version is registered once. An alias it gives again: to take one from the
 * version that has it now is all that whoever recorded a delivery can do.
 *
 * @throws ProbelogError SIGNATURE_INVALID
 */
export function verify(body: Buffer, headers: IncomingHttpHeaders, { secrets, tokens }: Credentials): Proof {
  const token = /^Bearer +(\S+)$/i.exec(readHeader(headers, TOKEN_HEADER))?.[1];
  const given = digestOf(readHeader(headers, SIGNATURE_HEADER));
  if (token === undefined) throw signatureInvalid(`${TOKEN_HEADER} is not of the form Bearer <token>`);
  if (given === undefined) {
    throw signatureInvalid(`${SIGNATURE_HEADER} is not 32 bytes in hexadecimal or base64`);
  }
  if (!equalsAnyText(token, tokens)) throw signatureInvalid('the bearer token is no configured token');
  const expected = secrets.map((secret) => createHmac('sha256', secret).update(body).digest());
  if (!equalsAny(given, expected)) throw signatureInvalid(`${SIGNATURE_HEADER} matches no configured secret`);
  return { deliveryId: null };
}

function digestOf(header: string): Buffer | undefined {
  const text = header.replace(/^sha256=/, '');
  return SHA256_HEX.test(text) ? Buffer.from(text, 'hex') : base64Digest(text);
}
