import { WebSocket } from 'ws';

import { isNestedTooDeep, MAX_JSON_DEPTH } from '../../lib/parse-json.js';

/** Of graphql-ws: a message that is none of the protocol. */
const BAD_REQUEST = 4400;

/**
 * A connection whose messages are no deeper than those of other doors; one that is ends it, before anybody hears of it.
 *
 * Threat model: the protocol's own messages are parsed whoever sends them, and are not counted.
 */
export class ShallowWebSocket extends WebSocket {
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'message' || !isNestedTooDeep(asBuffer(args[0]))) return super.emit(event, ...args);
    this.close(BAD_REQUEST, `A message is nested deeper than ${MAX_JSON_DEPTH} levels`);
    return true;
  }
}

function asBuffer(data: unknown): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(String(data));
}
