import type { FastifyInstance } from 'fastify';
import type { LinkQuery } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import { keyOf, type Services } from '../../graphql/index.js';

/** `GET /probes/<id>`: the stored image of a probe, which never changes; with a key or token, or by a signed link. */
export function addProbeImages(
  app: FastifyInstance,
  { store, imageLinks }: Pick<Services, 'store' | 'imageLinks'>,
): void {
  app.get<{ Params: { id: string } }>(
    '/probes/:id',
    {
      config: {
        requiredScopes: ['READ'],
        isOpen: ({ params, query }) => imageLinks.isValid((params as { id: string }).id, query as LinkQuery),
      },
    },
    async (request, reply) => {
      const [probe] = await store.probeSets.probesByIds([keyOf('Probe', request.params.id)]);
      if (!probe) throw new ProbelogError('NOT_FOUND', 'There is no probe with this id.');
      const tag = `"${probe.digest}"`;
      reply.header('etag', tag).header('cache-control', 'private, max-age=31536000, immutable');
      if (request.headers['if-none-match'] === tag) return reply.status(304).send();
      await store.blobs.checkedPath(probe.digest);
      // An uploaded "image" must never run as a page of ours.
      reply.header('content-security-policy', "default-src 'none'; sandbox");
      return reply.type(probe.mediaType).send(store.blobs.stream(probe.digest));
    },
  );
}
