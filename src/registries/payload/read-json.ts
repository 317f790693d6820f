import { isUtf8 } from 'node:buffer';
import { jsonNesting, MOST_JSON_LEVELS } from '../../runtime/index.js';
import { payloadInvalid } from './payload-invalid.js';

/** @throws ProbelogError PAYLOAD_INVALID */
export function readJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw payloadInvalid('it is not UTF-8');
  if (jsonNesting(body) > MOST_JSON_LEVELS)
    throw payloadInvalid(`it is nested deeper than ${MOST_JSON_LEVELS} levels`);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw payloadInvalid('it is not JSON');
  }
}
