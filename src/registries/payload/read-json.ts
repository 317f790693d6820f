import { isUtf8 } from 'node:buffer';

import { isNestedTooDeep, MAX_JSON_DEPTH, parseJson } from '../../lib/parse-json.js';

import { payloadInvalid } from './payload-invalid.js';

/** @throws ProbelogError PAYLOAD_INVALID */
export function readJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw payloadInvalid('it is not UTF-8');
  try {
    return parseJson(body);
  } catch {
    const deep = `it is nested deeper than ${MAX_JSON_DEPTH} levels`;
    throw payloadInvalid(isNestedTooDeep(body) ? deep : 'it is not JSON');
  }
}
