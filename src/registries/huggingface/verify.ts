import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials, Proof } from '../registry.js';
import { equalsAnyText, readHeader, signatureInvalid } from '../signature.js';

const HEADER = 'X-Webhook-Secret';

/**
 * The Hub sends the secret itself and signs nothing, so the body is only as trustworthy as the connection: the receiver
 * needs TLS. A secret in the URL (`?secret=`) is not accepted: proxies write URLs into their logs.
 *
 * @throws ProbelogError SIGNATURE_INVALID
 */
export function verify(_body: Buffer, headers: IncomingHttpHeaders, { secrets }: Credentials): Proof {
  if (!equalsAnyText(readHeader(headers, HEADER), secrets)) {
    throw signatureInvalid(`${HEADER} matches no configured secret`);
  }
  return { deliveryId: null };
}
