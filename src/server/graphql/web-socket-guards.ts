import { WebSocket } from 'ws';
import { jsonRefusal } from '../json-bodies.js';

/** How often the credentials of an open connection are checked. */
const CHECK_EVERY_MS = 60_000;
/** Close codes of the graphql-transport-ws protocol. */
const BAD_REQUEST = 4400;
const FORBIDDEN = 4403;
const TIMED_OUT = 4408;

/**
 * A connection that closes when a message holds more than a body of JSON may, before anything reads it.
 *
 * Threat model: the protocol's own messages are parsed for any sender, and are not counted.
 */
export class BoundedWebSocket extends WebSocket {
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    const refusal = event === 'message' ? jsonRefusal(asBuffer(args[0])) : null;
    if (!refusal) return super.emit(event, ...args);
    this.close(BAD_REQUEST, refusal.message.replace('body', 'message'));
    return true;
  }
}

function asBuffer(data: unknown): Buffer {
  return Buffer.isBuffer(data) ? data : Buffer.from(String(data));
}

/** When a connection is closed. */
export interface WatchOptions {
  idleMs: number;
  /** Whether it has an operation. */
  isBusy(): boolean;
  /** Whether its key or token is still valid. */
  isAllowed(): Promise<boolean>;
}

/** Closes a connection that was idle for too long, or whose key or token is no longer valid. */
export function watchSocket(socket: WebSocket, { idleMs, isBusy, isAllowed }: WatchOptions): void {
  let usedAt = Date.now();
  socket.on('message', () => {
    usedAt = Date.now();
  });
  const timer = setInterval(
    async () => {
      if (isBusy()) usedAt = Date.now();
      if (Date.now() - usedAt >= idleMs) socket.close(TIMED_OUT, 'Idle for too long');
      else if (!(await isAllowed())) socket.close(FORBIDDEN, 'Forbidden');
    },
    Math.min(idleMs, CHECK_EVERY_MS),
  );
  socket.once('close', () => clearInterval(timer));
}
