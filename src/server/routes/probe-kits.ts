import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { findKit, type Services } from '../../graphql/index.js';

/**
 * `GET /probe-sets/<id or name>/kit.tar`: the images of a probe set as one archive, for models that are run elsewhere.
 *
 * It is read while it is sent, at the client's pace; a client that disconnects ends the reading.
 */
export function addProbeKits(app: FastifyInstance, { store }: Pick<Services, 'store'>): void {
  app.route<{ Params: { id: string } }>({
    method: ['GET', 'HEAD'],
    url: '/probe-sets/:id/kit.tar',
    config: { requiredScopes: ['READ', 'INGEST'] },
    handler: async (request, reply) => {
      const { tag, open } = await findKit(store, request.params.id);
      reply.header('etag', tag).header('cache-control', 'no-cache');
      if (matches(request.headers['if-none-match'], tag)) return reply.status(304).send();
      const kit = await open();
      reply
        .type('application/x-tar')
        .header('content-length', kit.bytes)
        .header('content-disposition', 'attachment; filename="kit.tar"');
      if (request.method === 'HEAD') return reply.send();
      return reply.send(Readable.from(kit.stream(), { objectMode: false }));
    },
  });
}

/** Whether If-None-Match has this tag (RFC 9110, weak comparison). */
function matches(header: string | undefined, tag: string): boolean {
  const tags = header?.split(',').map((given) => given.trim().replace(/^W\//, ''));
  return tags?.some((given) => given === tag || given === '*') ?? false;
}
