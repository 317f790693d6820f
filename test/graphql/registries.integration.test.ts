import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient } from '../../src/client/index.js';
import { type DemoService, openDemoService } from '../fixtures/demo-service.js';
import { type MlflowServer, startMlflow } from '../registries/mlflow/mlflow-server.js';
import { standardHeaders } from '../registries/signing.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const OTHER = 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

let demo: DemoService;
let mlflow: MlflowServer;
beforeAll(async () => {
  mlflow = await startMlflow();
  demo = await openDemoService({ PROBELOG_MLFLOW_URL: mlflow.url, PROBELOG_STANDARD_SECRETS: SECRET }, false);
});
afterAll(async () => {
  await demo.close();
  await mlflow.close();
});

async function send(id: string, delivery: object, secret = SECRET): Promise<number> {
  const body = JSON.stringify(delivery);
  const headers = {
    'content-type': 'application/json',
    ...standardHeaders(body, secret, id, new Date()),
  };
  const { status } = await fetch(`${demo.server.url}/webhooks/standard`, { method: 'POST', headers, body });
  return status;
}

it('says how the settings connect each registry, and what it sent last', async () => {
  const client = createClient({ url: demo.server.url });
  const timestamp = new Date().toISOString();
  const data = { name: 'a', version: '1', url: 'https://models.invalid/a.onnx' };
  const registered = { type: 'model.version.created', timestamp, data };
  expect(await send('first', registered)).toBe(202);
  expect(await send('second', { type: 'something.else', timestamp, data: {} })).toBe(202);
  expect(await send('third', registered, OTHER)).toBe(401);

  const registries = await client.registries();
  const byName = Object.fromEntries(registries.map((registry) => [registry.name, registry]));
  expect(Object.keys(byName)).toEqual(['mlflow', 'huggingface', 'wandb', 'standard']);
  expect(byName.mlflow).toMatchObject({
    webhookUrl: '/webhooks/mlflow',
    takesWebhooks: false,
    canBeListed: true,
    lastSweep: null,
    deliveries: [],
  });
  expect(byName.standard).toMatchObject({
    takesWebhooks: true,
    canBeListed: false,
    nextSweepAt: null,
    deliveries: [
      { deliveryId: 'second', event: 'something.else', outcome: 'IGNORED', reason: expect.any(String) },
      { deliveryId: 'first', event: 'model.version.created', outcome: 'ACCEPTED', reason: null },
    ],
  });
  const [, , , standard] = await client.registries({ deliveries: 1 });
  expect(standard.deliveries).toHaveLength(1);
  await expect(client.registries({ deliveries: 101 })).rejects.toMatchObject({ code: 'INPUT_INVALID' });
});

it('says when it sweeps next, and what the last sweep found', async () => {
  const hourMs = 3_600_000;
  demo.service.sweeper.start(hourMs);
  const client = createClient({ url: demo.server.url });
  const mlflowOf = async () => (await client.registries()).find(({ name }) => name === 'mlflow');
  await expect
    .poll(async () => (await mlflowOf())?.lastSweep, { timeout: 20_000 })
    .toMatchObject({ listed: 0, error: null });
  const next = Date.parse((await mlflowOf())?.nextSweepAt ?? '');
  expect(Math.abs(next - Date.now() - hourMs)).toBeLessThan(60_000);
});
