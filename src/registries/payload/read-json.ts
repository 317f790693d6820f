import { isUtf8 } from 'node:buffer';
import { payloadInvalid } from './payload-invalid.js';

/** @throws ProbelogError PAYLOAD_INVALID */
export function readJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw payloadInvalid('it is not UTF-8');
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw payloadInvalid('it is not JSON');
  }
}
