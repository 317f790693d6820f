import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { ProbelogError } from '../../errors/index.js';
import { globalId, keyOf, type Services } from '../../graphql/index.js';
import { openKit } from '../../ingest/index.js';
import type { ProbeSetRecord, Store } from '../../store/index.js';

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
      const probeSet = await find(store, request.params.id);
      const tag = `"${probeSet.digest}"`;
      reply.header('etag', tag).header('cache-control', 'no-cache');
      if (matches(request.headers['if-none-match'], tag)) return reply.status(304).send();
      const kit = await openKit(store, probeSet, globalId('ProbeSet', probeSet.id));
      reply
        .type('application/x-tar')
        .header('content-length', kit.bytes)
        .header('content-disposition', 'attachment; filename="kit.tar"');
      if (request.method === 'HEAD') return reply.send();
      return reply.send(Readable.from(kit.stream(), { objectMode: false }));
    },
  });
}

async function find(store: Store, idOrName: string): Promise<ProbeSetRecord> {
  // PostgreSQL text cannot contain NUL, so no name matches.
  if (!idOrName.includes('\0')) {
    const found =
      (await store.probeSets.byName(idOrName)) ?? (await store.probeSets.byId(keyOrNothing(idOrName)));
    if (found) return found;
  }
  throw new ProbelogError('PROBE_SET_UNKNOWN', 'There is no probe set with this id or name.');
}

/** The key in an id; '' for text that is not an id, which matches no probe set. */
function keyOrNothing(id: string): string {
  try {
    return keyOf('ProbeSet', id);
  } catch {
    return '';
  }
}

/** Whether If-None-Match has this tag (RFC 9110, weak comparison). */
function matches(header: string | undefined, tag: string): boolean {
  const tags = header?.split(',').map((given) => given.trim().replace(/^W\//, ''));
  return tags?.some((given) => given === tag || given === '*') ?? false;
}
