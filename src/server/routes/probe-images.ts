import type { FastifyInstance, FastifyReply } from 'fastify';
import type { LinkQuery } from '../../access/index.js';
import { ProbelogError } from '../../errors/index.js';
import { keyOf, type Services, thumbnailSize } from '../../graphql/index.js';
import type { ProbeRecord } from '../../store/index.js';

/** An image of a probe never changes. */
const FOR_GOOD = 'private, max-age=31536000, immutable';
/** A later release may make better thumbnails. */
const FOR_A_DAY = 'private, max-age=86400';

type ImageServices = Pick<Services, 'store' | 'imageLinks' | 'thumbnails'>;

/**
 * `GET /probes/<id>`: the stored image of a probe, or with `?size=` a thumbnail of it; with a key or token, or by a signed
 * link.
 */
export function addProbeImages(app: FastifyInstance, services: ImageServices): void {
  const { store, imageLinks } = services;
  app.get<{ Params: { id: string }; Querystring: { size?: unknown } }>(
    '/probes/:id',
    {
      config: {
        requiredScopes: ['READ'],
        budget: 'IMAGES',
        isOpen: ({ params, query }) => imageLinks.isValid((params as { id: string }).id, query as LinkQuery),
      },
    },
    async (request, reply) => {
      const { size } = request.query;
      const pixels = size === undefined ? null : thumbnailSize(typeof size === 'string' ? Number(size) : NaN);
      const [probe] = await store.probeSets.probesByIds([keyOf('Probe', request.params.id)]);
      if (!probe) throw new ProbelogError('NOT_FOUND', 'There is no probe with this id.');
      const tag = pixels === null ? `"${probe.digest}"` : `"${probe.digest}-${pixels}"`;
      reply.header('etag', tag).header('cache-control', pixels === null ? FOR_GOOD : FOR_A_DAY);
      if (request.headers['if-none-match'] === tag) return reply.status(304).send();
      // An uploaded "image" must never run as a page of ours.
      reply.header('content-security-policy', "default-src 'none'; sandbox");
      return pixels === null
        ? sendImage(reply, probe, services)
        : sendThumbnail(reply, probe, pixels, services);
    },
  );
}

async function sendImage(
  reply: FastifyReply,
  { digest, mediaType }: ProbeRecord,
  { store }: ImageServices,
): Promise<FastifyReply> {
  await store.blobs.checkedPath(digest);
  return reply.type(mediaType).send(store.blobs.stream(digest));
}

async function sendThumbnail(
  reply: FastifyReply,
  { digest }: ProbeRecord,
  pixels: ReturnType<typeof thumbnailSize>,
  { store, thumbnails }: ImageServices,
): Promise<FastifyReply> {
  const source = { digest, path: () => store.blobs.checkedPath(digest) };
  return reply.type('image/webp').send(Buffer.from(await thumbnails.of(source, pixels)));
}
