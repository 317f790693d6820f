import { afterAll, beforeAll, expect, it } from 'vitest';
import { openSmallService, type SmallService } from './support/small-service.js';

let small: SmallService;
beforeAll(async () => {
  small = await openSmallService({ work: false });
});
afterAll(() => small.close());

it('direct requests share one turn, whatever registries they name', async () => {
  const { store, ingest } = small.service;
  for (const registry of ['mlflow', 'x1', 'x2', 'x3']) {
    await small.enqueue(new Uint8Array([1]), { name: `by a caller as ${registry}`, registry });
  }
  for (const version of ['1', '2']) {
    const request = { name: 'told', version, source: `mlflow:/told/${version}` };
    const change = { kind: 'REGISTER' as const, ...request, updated: false };
    await store.deliveries.record(
      { source: 'mlflow', deliveryId: null, event: 'e', occurredAt: null, change },
      () => ingest.prepare(request, 'mlflow'),
    );
  }
  const order: string[] = [];
  for (
    let next = await store.ingests.claim('w', 60_000);
    next;
    next = await store.ingests.claim('w', 60_000)
  ) {
    order.push((next.request as { name: string }).name);
    await store.ingests.succeed(next.claim, 1);
  }
  expect(order).toEqual([
    'by a caller as mlflow',
    'told',
    'by a caller as x1',
    'told',
    'by a caller as x2',
    'by a caller as x3',
  ]);
});
