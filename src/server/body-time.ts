import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** What ends the connection of each request whose body has not arrived. */
const deadlines = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/**
 * Ends the connection of a request whose body takes longer: of any request, also one that was refused, or that has a reply
 * already, since the rest of its body is still read then.
 */
export function limitBodyTime(app: FastifyInstance, ms: number): void {
  app.addHook('onRequest', async ({ raw }) => {
    if (!hasBody(raw)) return;
    const timer = setTimeout(() => {
      if (!raw.complete) raw.destroy();
    }, ms);
    deadlines.set(raw, timer);
    raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
  });
}

/** Lets a request take its time: for bodies with a pace of their own. */
export function allowLongBody({ raw }: FastifyRequest): void {
  clearTimeout(deadlines.get(raw));
}

/** RFC 9112, section 6. */
function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
