import type { FastifyInstance } from 'fastify';
import { globalId } from '../../graphql/index.js';
import type { WebhookReceiver } from '../../registries/index.js';

/** Largest delivery that is read; real ones have some hundred bytes. */
const MAX_BYTES = 2 ** 20;

/**
 * `POST /webhooks/<registry>`: takes a delivery and answers 202 with its ingest.
 *
 * The body stays the bytes that came, of whatever type: a signature covers those, not what a parser makes of them.
 * These routes are a scope of their own, so that no other route's bodies are read like that.
 */
export function addWebhooks(app: FastifyInstance, receivers: ReadonlyMap<string, WebhookReceiver>): void {
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: MAX_BYTES },
      async (_: unknown, body: Buffer) => body,
    );
    for (const [name, receiver] of receivers) {
      scope.route<{ Body: Buffer | undefined }>({
        method: 'POST',
        url: `/webhooks/${name}`,
        bodyLimit: MAX_BYTES,
        // The delivery's own signature says whose it is.
        config: { requiredScopes: 'OPEN' },
        // Before the body: what is off need not be sent anything.
        onRequest: async () => receiver.checkIsOn(),
        handler: async ({ body, headers, ip }, reply) => {
          const sender = { address: ip, userAgent: headers['user-agent'] ?? null };
          const { status, ingestId } = await receiver.receive(body ?? Buffer.alloc(0), headers, sender);
          return reply.status(202).send({ ingest: ingestId && globalId('Ingest', ingestId), status });
        },
      });
    }
  });
}
