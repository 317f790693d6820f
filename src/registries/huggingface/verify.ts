import type { IncomingHttpHeaders } from 'node:http';
import type { Credentials, Proof } from '../registry.js';
import { equalsAnyText } from '../signature/equals-any-text.js';
import { readHeader } from '../signature/read-header.js';
import { signatureInvalid } from '../signature/refusals.js';

const HEADER = 'X-Webhook-Secret';

/**
 * The Hub sends the secret itself and signs nothing, so the body is only as trustworthy as the connection: TLS is not
 * optional here. A secret in the URL (`?secret=`) is not looked at: proxies write URLs into their logs.
 *
 * @throws ProbelogError SIGNATURE_INVALID
 */
export function verify(_body: Buffer, headers: IncomingHttpHeaders, { secrets }: Credentials): Proof {
  if (!equalsAnyText(readHeader(headers, HEADER), secrets)) {
    throw signatureInvalid(`${HEADER} is no configured secret`);
  }
  return { deliveryId: null };
}
