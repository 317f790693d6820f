import type { FastifyInstance } from 'fastify';
import type { Services } from '../../graphql/index.js';
import { withDeadline } from '../../lib/deadline.js';

const PING_MS = 3_000;

/**
 * Health, open to all. `GET /livez`: this process runs. `GET /readyz`: whether requests can be answered; `degraded` is ready, but some
 * models are left out of search because their stored responses are damaged; the log and `probelog doctor` name them. Names may be
 * private, so this tells only how many. `GET /health`: the same in short, for checks that only look at the status code.
 */
export function addHealth(app: FastifyInstance, { store, search }: Pick<Services, 'store' | 'search'>): void {
  const open = { config: { requiredScopes: 'OPEN' } } as const;
  const ping = () =>
    withDeadline(PING_MS, () => new Error('no answer'), store.ping).then(
      () => 'ok',
      () => 'unavailable',
    );
  app.get('/livez', open, async () => ({ status: 'ok' }));
  app.get('/health', open, async (_, reply) => {
    const status = await ping();
    return reply.status(status === 'ok' ? 200 : 503).send({ status });
  });
  app.get('/readyz', open, async (_, reply) => {
    const database = await ping();
    const damagedModels = search.unreadable().length;
    const status = database === 'ok' ? (damagedModels === 0 ? 'ready' : 'degraded') : 'unavailable';
    return reply.status(status === 'unavailable' ? 503 : 200).send({ status, database, damagedModels });
  });
}
