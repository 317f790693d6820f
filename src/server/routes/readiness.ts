import type { FastifyInstance } from 'fastify';
import type { Services } from '../../graphql/index.js';
import { withDeadline } from '../../lib/deadline.js';

const PING_MS = 3_000;

/**
 * `GET /readyz`, open to all: whether requests can be answered. `degraded` is ready, but some models are left out of search because
 * their stored responses are damaged; the log and `probelog doctor` name them. Names may be private, so this tells only how many.
 */
export function addReadiness(
  app: FastifyInstance,
  { store, search }: Pick<Services, 'store' | 'search'>,
): void {
  app.get('/readyz', { config: { requiredScopes: 'OPEN' } }, async (_, reply) => {
    const database = await withDeadline(PING_MS, () => new Error('no answer'), store.ping).then(
      () => 'ok',
      () => 'unavailable',
    );
    const damagedModels = search.unreadable().length;
    const status = database === 'ok' ? (damagedModels === 0 ? 'ready' : 'degraded') : 'unavailable';
    return reply.status(status === 'unavailable' ? 503 : 200).send({ status, database, damagedModels });
  });
}
