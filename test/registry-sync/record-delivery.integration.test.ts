import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProbeSet } from '../../src/probing/index.js';
import { openSmallService, type SmallService } from '../ingest/support/small-service.js';
import { standardHeaders } from '../registries/signing.js';

const SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

let small: SmallService;
beforeAll(async () => {
  const environment = { PROBELOG_PROBE_SET: 'later', PROBELOG_STANDARD_SECRETS: SECRET };
  small = await openSmallService({ environment, work: false });
});
afterAll(() => small.close());

it('a delivery before its probe set exists gets Retry-After, and counts when it is repeated', async () => {
  const { webhooks, store } = small.service;
  const body = JSON.stringify({
    type: 'model.version.created',
    data: { name: 'early', version: '1', url: 'https://models.example.org/early.onnx' },
  });
  const send = async () =>
    webhooks
      .get('standard')
      ?.receive(Buffer.from(body), standardHeaders(body, SECRET, 'early-1', new Date()));
  const refusal = await send().catch((thrown) => thrown);
  expect(refusal).toMatchObject({ code: 'RECEIVER_NOT_READY', httpStatus: 503 });
  expect(refusal.retryAfterSeconds).toBeGreaterThan(0);
  // MLflow's sender waits no longer than this.
  expect(refusal.retryAfterSeconds).toBeLessThanOrEqual(300);
  expect(await store.deliveries.find('standard', 'early-1')).toBeNull();

  const source = join(small.folder, 'images');
  await createProbeSet(store, { name: 'later', source, limits: { maxPixels: 1e6 } });
  expect(await send()).toMatchObject({ status: 'accepted' });
});
