import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';

/** How slowly a client may take a reply. */
export interface ReplyPace {
  /** No reply is too slow before. */
  graceMs: number;
  /** Bytes per second on average, while the connection has bytes that the client has not taken; 0: any. */
  minRate: number;
}

/** Since when, and from where on, the connection of a reply has bytes that the client has not taken; null while it has none. */
type Waiting = { since: number; taken: number } | null;

/**
 * Ends the connection of a client that takes a reply too slowly. A few bytes now and then keep a connection from being idle, and
 * with it the reply's memory or its open files.
 *
 * Event streams and WebSockets have limits of their own: they send outside the application's hooks.
 */
export function limitReplyTime(app: FastifyInstance, { graceMs, minRate }: ReplyPace, everyMs: number): void {
  if (minRate === 0) return;
  const replies = new Map<ServerResponse, Waiting>();
  app.addHook('onSend', async (_, { raw }) => {
    replies.set(raw, null);
    raw.once('close', () => replies.delete(raw));
  });
  const timer = setInterval(() => {
    const now = Date.now();
    for (const [reply, waiting] of replies) {
      const { socket } = reply;
      if (!socket || socket.writableLength === 0) {
        replies.set(reply, null);
        continue;
      }
      const taken = socket.bytesWritten - socket.writableLength;
      if (waiting === null) replies.set(reply, { since: now, taken });
      else if (
        now - waiting.since > graceMs &&
        (taken - waiting.taken) * 1000 < minRate * (now - waiting.since)
      )
        socket.destroy();
    }
  }, everyMs);
  timer.unref();
  app.addHook('onClose', async () => clearInterval(timer));
}
