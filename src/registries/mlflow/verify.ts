import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials, Proof } from '../registry.js';
import { verifySignedMessage } from '../signature.js';

const NAMES = {
  id: 'X-MLflow-Delivery-Id',
  timestamp: 'X-MLflow-Timestamp',
  signature: 'X-MLflow-Signature',
};

/**
 * Standard Webhooks with MLflow's own header names, and the secret's UTF-8 bytes as the key. MLflow does not sign the
 * deliveries of a webhook without a secret, so these are refused.
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
