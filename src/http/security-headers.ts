import type { FastifyInstance } from 'fastify';

/** Headers that cost nothing and keep a browser from guessing types, framing us, or telling others where it was. */
export function addSecurityHeaders(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('x-frame-options', 'DENY');
    reply.header('referrer-policy', 'no-referrer');
  });
}
