import { isUtf8 } from 'node:buffer';
import { nesting } from './nesting.js';
import { payloadInvalid } from './payload-invalid.js';

/** Far beyond what any registry sends. */
const MOST_LEVELS = 64;

/**
 * Threat model: hundreds of thousands of nested lists fit into a small body, and take parser and validation a third of a
 * second, in which nobody else is answered.
 *
 * @throws ProbelogError PAYLOAD_INVALID
 */
export function readJson(body: Buffer): unknown {
  if (!isUtf8(body)) throw payloadInvalid('it is not UTF-8');
  if (nesting(body) > MOST_LEVELS) throw payloadInvalid(`it is nested deeper than ${MOST_LEVELS} levels`);
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw payloadInvalid('it is not JSON');
  }
}
