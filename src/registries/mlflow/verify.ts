import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials, Proof } from '../registry.js';
import { verifySignedMessage } from '../signature/verify-signed-message.js';

const NAMES = {
  id: 'X-MLflow-Delivery-Id',
  timestamp: 'X-MLflow-Timestamp',
  signature: 'X-MLflow-Signature',
};

/**
 * Standard Webhooks under names of its own, with the secret's UTF-8 bytes as the key. MLflow sends no signature for a
 * webhook without a secret; such a delivery is refused like any other that nobody signed.
 *
 * @throws ProbelogError SIGNATURE_INVALID, SIGNATURE_EXPIRED
 */
export function verify(
  body: Buffer,
  headers: IncomingHttpHeaders,
  { secrets }: Credentials,
  now: Date,
): Proof {
  const keys = secrets.map((secret) => Buffer.from(secret, 'utf8'));
  return verifySignedMessage({ body, headers, names: NAMES, keys, now });
}
