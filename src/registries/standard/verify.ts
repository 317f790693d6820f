import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials, Proof } from '../registry.js';
import { verifySignedMessage } from '../signature.js';

const NAMES = { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' };

/**
 * Standard Webhooks; the key is the decoded base64 of the secret, after an optional `whsec_`.
 *
 * @throws ProbelogError SIGNATURE_INVALID, SIGNATURE_EXPIRED
 */
export function verify(
  body: Buffer,
  headers: IncomingHttpHeaders,
  { secrets }: Credentials,
  now: Date,
): Proof {
  const keys = secrets.map((secret) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
  return verifySignedMessage({ body, headers, names: NAMES, keys, now });
}
