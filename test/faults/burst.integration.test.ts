import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quantile } from '../../bench/support/quantile.js';
import { sendAll, signedDelivery, timedRequest } from '../../bench/webhooks/deliveries.js';
import { ingestKey, openWebhookService, SECRETS, type WebhookService } from '../server/webhook-service.js';

const DELIVERIES = 5_000;
const CONNECTIONS = 32;

describe(`a burst of ${DELIVERIES} deliveries`, () => {
  let receiver: WebhookService;
  /** Keys of the ingests that the answers named. */
  const acknowledged: string[] = [];

  beforeAll(async () => {
    receiver = await openWebhookService({ work: false });
    const pool = new Pool(receiver.server.url, { connections: CONNECTIONS });
    const deliveries = Array.from({ length: DELIVERIES }, () => signedDelivery(SECRETS.standard));
    const started = performance.now();
    const waits = await sendAll(DELIVERIES, CONNECTIONS, (index) =>
      timedRequest(pool, 202, { path: '/webhooks/standard', method: 'POST', ...deliveries[index] }, (body) =>
        acknowledged.push(ingestKey(JSON.parse(body).ingest)),
      ),
    );
    const seconds = (performance.now() - started) / 1000;
    await pool.close();
    console.log(
      `${DELIVERIES} deliveries: ${(DELIVERIES / seconds).toFixed(0)} a second, p99 ${quantile(waits, 0.99).toFixed(0)} ms`,
    );
  });
  afterAll(() => receiver.close());

  it('is recorded whole, each once', async () => {
    const queued = await receiver.service.store.ingests.page({ states: ['QUEUED'], first: DELIVERIES + 1 });
    expect(queued).toHaveLength(DELIVERIES);
    expect(new Set(queued.map(({ id }) => id))).toEqual(new Set(acknowledged));
  });

  it('does not hold up a delivery of another registry', async () => {
    const body = JSON.stringify({
      entity: 'model_version',
      action: 'created',
      timestamp: new Date().toISOString(),
      data: { name: 'late', version: '1', source: 'models:/m-1', run_id: 'r', tags: {}, description: null },
    });
    const late = ingestKey((await receiver.mlflow(body)).body.ingest);
    const { ingests } = receiver.service.store;
    const next = [await ingests.claim('worker', 60_000), await ingests.claim('worker', 60_000)];
    expect(next.map((ingest) => ingest?.id)).toContain(late);
  });
});
