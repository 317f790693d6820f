import type { FastifyInstance } from 'fastify';
import { globalId } from '../../graphql/index.js';
import type { WebhookReceiver } from '../../registries/index.js';

/** Largest delivery; real ones have a few hundred bytes. */
const MAX_BYTES = 2 ** 20;

/**
 * `POST /webhooks/<registry>`: takes a delivery and answers 202 with its ingest.
 *
 * The body stays raw bytes: the signature covers bytes.
 * These routes have a scope of their own, so that bodies of other routes are parsed as usual.
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
        // The delivery's signature authenticates it.
        config: { requiredScopes: 'OPEN' },
        // A disabled receiver refuses before reading the body.
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
