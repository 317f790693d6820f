import { Transform } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { ProbelogError } from '../errors/index.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route's bodies go to the disk as they come. */
    streamsBody?: boolean;
  }
}

/** A body of this size is always read: those of all connections together are small. */
const SMALL_BODY_BYTES = 2 ** 16;

/**
 * Limits the memory of all bodies that are held at the same time, from their first byte to the end of their reply. A body beyond
 * that is refused (SERVER_BUSY); bodies of up to 64 KiB are not counted.
 *
 * Threat model: a body within its own limit, sent on each of ten thousand connections, would fill the memory. Only bytes that came
 * count, so that it takes sending them to keep others out, and only for the time that a body may take.
 */
export function limitBodyMemory(app: FastifyInstance, maxBytes: number): void {
  let heldBytes = 0;
  app.addHook('preParsing', (request, reply, payload, done) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    const isSmall = encoding === undefined && Number(length ?? 0) <= SMALL_BODY_BYTES;
    if (isSmall || request.routeOptions.config.streamsBody) return done(null, payload);
    let bytes = 0;
    const counted = Object.assign(
      new Transform({
        transform(chunk: Buffer, _, next) {
          if (bytes + chunk.length > SMALL_BODY_BYTES && heldBytes + chunk.length > maxBytes)
            return next(tooMuch(maxBytes));
          bytes += chunk.length;
          heldBytes += chunk.length;
          counted.receivedEncodedLength = bytes;
          next(null, chunk);
        },
      }),
      { receivedEncodedLength: 0 },
    );
    reply.raw.once('close', () => {
      heldBytes -= bytes;
    });
    payload.once('error', (error) => counted.destroy(error));
    done(null, payload.pipe(counted));
  });
}

function tooMuch(maxBytes: number): ProbelogError {
  const message = `The server holds ${maxBytes} bytes of requests, its limit. Try again soon.`;
  return new ProbelogError('SERVER_BUSY', message, { limit: 'bodies', most: maxBytes });
}
